using System.Diagnostics;
using KestrelL4.Bench.Measuring;

namespace KestrelL4.Bench.Proxies;

/// <summary>One started proxy process; its output goes to a file in its own directory.</summary>
internal sealed class RunningProxy : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _outputFile;
    private readonly Scraper? _scraper;

    private RunningProxy(ProxyKind kind, Process process, int port, string outputFile, Scraper? scraper)
    {
        _process = process;
        _scraper = scraper;
        _outputFile = outputFile;
        Kind = kind;
        Port = port;
        CpuClock = ProcessCpuClock.Of(process.Id);
        Memory = new ProcessMemory(process.Id);
    }

    /// <summary>Which column it is.</summary>
    public ProxyKind Kind { get; }

    /// <summary>The loopback port it listens on.</summary>
    public int Port { get; }

    /// <summary>The CPU time it has used.</summary>
    public ProcessCpuClock CpuClock { get; }

    /// <summary>The memory it holds.</summary>
    public ProcessMemory Memory { get; }

    /// <summary>Whether it has ended by itself, which it never should.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Executes the proxy without waiting for it to listen.</summary>
    public static async Task<RunningProxy> ExecuteAsync(ProxyKind kind, ProxySetting setting, string directory, TimeProvider time)
    {
        int port = FreePort.Find();
        Directory.CreateDirectory(directory);
        ProxyCommand command = await kind.ConfigureAsync(setting, directory, port);
        string outputFile = Path.Combine(directory, "output.log");

        // The shell only redirects: a pipe would make this process read what the proxy logs.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >\"$0\" 2>&1", outputFile, kind.Executable, .. command.Arguments])
        {
            WorkingDirectory = directory,
        };
        RemoveInheritedSettings(start.Environment);
        Process process = Process.Start(start)!;
        return new RunningProxy(kind, process, port, outputFile, command.Scraped is { } metrics ? new Scraper(metrics, time) : null);
    }

    /// <summary>The last lines that the proxy wrote.</summary>
    public string ReadOutput() => string.Join('\n', File.ReadLines(_outputFile).TakeLast(20));

    public async ValueTask DisposeAsync()
    {
        if (_scraper is not null)
        {
            await _scraper.DisposeAsync();
        }

        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    // A proxy must bring its own settings; what the shell of whoever measures has set would flatter or harm it.
    private static void RemoveInheritedSettings(IDictionary<string, string?> environment)
    {
        string[] prefixes = ["DOTNET_", "COMPlus_", "KestrelL4__", "ASPNETCORE_", "OPENSSL_CONF", "STATE_DIRECTORY"];
        foreach (string name in environment.Keys.Where(name => prefixes.Any(name.StartsWith)).ToArray())
        {
            if (!name.StartsWith("DOTNET_ROOT", StringComparison.Ordinal))
            {
                environment.Remove(name);
            }
        }
    }
}
