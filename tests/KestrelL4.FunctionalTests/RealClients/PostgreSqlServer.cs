using System.Globalization;
using System.Net;

namespace KestrelL4.FunctionalTests.RealClients;

/// <summary>A PostgreSQL server of its own, in a temporary directory; it refuses to run as root and then runs as its own user.</summary>
internal sealed class PostgreSqlServer : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory;
    private readonly ServerProgram _program;

    private PostgreSqlServer(TemporaryDirectory directory, ServerProgram program)
    {
        _directory = directory;
        _program = program;
    }

    /// <summary>Where Debian keeps the server's programs, of the newest version installed; null where there is none.</summary>
    public static string? Programs { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin"))
            .LastOrDefault(programs => File.Exists(Path.Combine(programs, "initdb")))
        : null;

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => _program.EndPoint;

    private static bool IsRoot => Environment.UserName == "root";

    /// <summary>Creates a database cluster with the user <c>tester</c> and starts its server.</summary>
    public static async Task<PostgreSqlServer> StartAsync()
    {
        TemporaryDirectory directory = new();
        try
        {
            string data = directory["data"];
            string[] drop = IsRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : ["env"];
            await PrepareAsync(directory, data);
            await RunAsync(
                [.. drop, $"{Programs}/initdb", "-D", data, "-U", "tester", "-A", "trust", "--no-sync", "--locale=C", "-E", "UTF8"]);

            IPEndPoint port = FreePort.Take();
            string[] arguments =
            [
                .. drop[1..], $"{Programs}/postgres", "-D", data, "-k", data, "-h", "127.0.0.1",
                "-p", port.Port.ToString(CultureInfo.InvariantCulture), "-c", "fsync=off",
            ];
            return new PostgreSqlServer(directory, await ServerProgram.StartAsync(drop[0], arguments, data, port));
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        _directory.Dispose();
    }

    private static async Task PrepareAsync(TemporaryDirectory directory, string data)
    {
        File.SetUnixFileMode(directory.Path, File.GetUnixFileMode(directory.Path) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        string[] owner = IsRoot ? ["-o", "postgres", "-g", "postgres"] : [];
        await RunAsync(["install", "-d", "-m", "700", .. owner, data]);
    }

    private static async Task RunAsync(string[] command)
    {
        ToolResult result = await Tool.RunAsync(command[0], command[1..]);
        Assert.True(result.ExitCode == 0, $"{string.Join(' ', command)}: {result}");
    }
}
