using System.Globalization;

namespace KestrelL4.Bench.Running;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchmarkOptions
{
    /// <summary>How the program is used.</summary>
    public const string Usage = """
        usage: bench/run [--quick] [--rounds N] [--only hs,echo,down,up,idle] [--proxies NAME,…]
          --quick    a quarter of the load, for a first impression
          --rounds   rounds of which the median is taken, 1 to 20; default 3
          --only     the workloads to run; default all
          --proxies  the proxies to compare, of haproxy, tuned, nginx, floor, node, which is the default, and of the same node with
                     more of one thing: clients, upstreams, applications, limits, scraped
        """;

    private const int MaxRounds = 20;

    /// <summary>The node's executable file.</summary>
    public string NodeExecutable { get; private init; } = "kestrell4";

    /// <summary>The executable file of the relay that does nothing else.</summary>
    public string FloorExecutable { get; private init; } = "floor";

    /// <summary>Sizes of the load.</summary>
    public LoadSizes Sizes { get; private init; } = LoadSizes.Full;

    /// <summary>Rounds of which the median is taken. 1 to 20; default 3.</summary>
    public int Rounds { get; private init; } = 3;

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
            "--node" => this with { NodeExecutable = value },
            "--floor" => this with { FloorExecutable = value },
            "--rounds" => this with { Rounds = ParseRounds(value), Command = command },
            "--only" => this with { Only = ParseList(value, "hs", "echo", "down", "up", "idle"), Command = command },
            "--proxies" => this with
            {
                Proxies = ParseList(
                    value, "haproxy", "tuned", "nginx", "floor", "node", "clients", "upstreams", "applications", "limits", "scraped"),
                Command = command,
            },
            _ => throw WrongUsage(name),
        };
    }

    private static int ParseRounds(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int rounds) && rounds is >= 1 and <= MaxRounds
            ? rounds
            : throw WrongUsage($"--rounds {value}");

    private static string[] ParseList(string value, params string[] known)
    {
        string[] names = value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return names.Length > 0 && names.All(known.Contains) ? names : throw WrongUsage(value);
    }

    private static BenchmarkFailedException WrongUsage(string what) =>
        new(BenchmarkFailedException.Usage, $"{what}: not understood\n{Usage}");
}
