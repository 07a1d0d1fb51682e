using System.Globalization;
using KestrelL4.Bench.Proxies;

namespace KestrelL4.Bench.Running;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchmarkOptions
{
    /// <summary>How the program is used.</summary>
    public const string Usage = """
        usage: bench/run [--quick] [--rounds N] [--idle N] [--only hs,echo,down,up,idle] [--proxies NAME,…]
                         [--other NAME=FILE]…
          --quick    a quarter of the load, for a first impression
          --rounds   rounds of which the median is taken, 1 to 20; default 3
          --idle     idle connections of which the memory is taken, 1 to 9,500; default 5,000, or 1,000 with --quick
          --only     the workloads to run; default all
          --proxies  the proxies to compare, of haproxy, tuned, nginx, floor, node, which is the default; of the same node with another
                     number of one thing: clients-1000, clients-100000, upstreams-1, upstreams-10, upstreams-1000, applications-10,
                     applications-100, limits, scraped
          --other    compare a further node, too: another build, or a script that starts the node with other settings; may be repeated
        """;

    private const int MaxRounds = 20;

    // A proxy has two descriptors a connection, and 20,000 in all where the limits are the usual ones.
    private const int MaxIdleConnections = 9_500;

    /// <summary>The node's executable file.</summary>
    public string NodeExecutable { get; private init; } = "kestrell4";

    /// <summary>The executable file of the relay that does nothing else.</summary>
    public string FloorExecutable { get; private init; } = "floor";

    /// <summary>Further nodes to compare: other builds, or scripts that start the node with other settings. Column and executable file.</summary>
    public IReadOnlyList<(string Name, string Executable)> Others { get; private init; } = [];

    /// <summary>Sizes of the load.</summary>
    public LoadSizes Sizes { get; private init; } = LoadSizes.Full;

    /// <summary>Rounds of which the median is taken. 1 to 20; default 3.</summary>
    public int Rounds { get; private init; } = 3;

    /// <summary>Idle connections of which the memory is taken. 1 to 9,500; default as the sizes have it.</summary>
    public int? IdleConnections { get; private init; }

    /// <summary>Workloads to run; empty = all.</summary>
    public IReadOnlyList<string> Only { get; private init; } = [];

    /// <summary>Proxies to compare; empty = those that are compared by default.</summary>
    public IReadOnlyList<string> Proxies { get; private init; } = [];

    /// <summary>The command line as the report repeats it.</summary>
    public string Command { get; private init; } = "bench/run";

    /// <summary>Reads the command line; throws with the usage when it is wrong.</summary>
    public static BenchmarkOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new BenchmarkOptions();
        for (int i = 0; i < arguments.Count; i++)
        {
            string name = arguments[i];
            if (name == "--quick")
            {
                options = options with { Sizes = LoadSizes.Quick, Command = $"{options.Command} {name}" };
                continue;
            }

            string value = ++i < arguments.Count ? arguments[i] : throw WrongUsage(name);
            options = options.WithValue(name, value);
        }

        return options;
    }

    private BenchmarkOptions WithValue(string name, string value)
    {
        string command = $"{Command} {name} {value}";
        return name switch
        {
            "--node" => this with { NodeExecutable = Path.GetFullPath(value) },
            "--floor" => this with { FloorExecutable = Path.GetFullPath(value) },
            "--other" when value.Split('=', 2) is [{ Length: > 0 } column, { Length: > 0 } file] =>
                this with { Others = [.. Others, (column, Path.GetFullPath(file))], Command = $"{Command} {name} {column}=…" },
            "--rounds" => this with { Rounds = ParseNumber(name, value, MaxRounds), Command = command },
            "--idle" => this with { IdleConnections = ParseNumber(name, value, MaxIdleConnections), Command = command },
            "--only" => this with { Only = ParseList(value, "hs", "echo", "down", "up", "idle"), Command = command },
            "--proxies" => this with
            {
                Proxies = ParseList(
                    value, ["haproxy", "tuned", "nginx", "floor", "node", .. NodeKind.Scales.Keys]),
                Command = command,
            },
            _ => throw WrongUsage(name),
        };
    }

    private static int ParseNumber(string name, string value, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= most
            ? number
            : throw WrongUsage($"{name} {value}");

    private static string[] ParseList(string value, params string[] known)
    {
        string[] names = value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return names.Length > 0 && names.All(known.Contains) ? names : throw WrongUsage(value);
    }

    private static BenchmarkFailedException WrongUsage(string what) =>
        new(BenchmarkFailedException.Usage, $"{what}: not understood\n{Usage}");
}
