using System.Diagnostics;
using System.Text;

namespace KestrelL4.FunctionalTests.People;

/// <summary>A shell command on a pseudo-terminal of its own, by util-linux's script.</summary>
internal sealed class PseudoTerminal : IAsyncDisposable
{
    public const string Tool = "script";

    private readonly Process _process;
    private readonly StringBuilder _shown = new();
    private readonly Task _reading;

    /// <summary>Starts a command.</summary>
    public PseudoTerminal(string command, string directory)
    {
        ProcessStartInfo start = new(Tool, ["--quiet", "--flush", "--return", "--command", $"stty cols 100 rows 30; {command}", "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = directory,
        };
        start.Environment["TERM"] = "xterm-256color";
        start.Environment["SHELL"] = "/bin/sh";
        start.Environment.Remove("NO_COLOR");
        _process = Process.Start(start)!;
        _reading = ReadAsync();
    }

    /// <summary>All that was written to the terminal so far.</summary>
    public string Shown
    {
        get
        {
            lock (_shown)
            {
                return _shown.ToString();
            }
        }
    }

    /// <summary>Presses keys.</summary>
    public async Task TypeAsync(string keys)
    {
        await _process.StandardInput.WriteAsync(keys);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Waits until a text has been written often enough.</summary>
    public Task UntilShownAsync(string text, int times = 1) => Eventually.UntilAsync(
        () => Task.FromResult(Shown.Split(text).Length > times), () => $"'{text}' is shown {times} times. Shown was:\n{Shown}");

    /// <summary>Waits for the end.</summary>
    public async Task EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Eventually.DefaultDeadline);
        await _reading;
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task ReadAsync()
    {
        char[] buffer = new char[4096];
        int count;
        while ((count = await _process.StandardOutput.ReadAsync(buffer)) > 0)
        {
            lock (_shown)
            {
                _shown.Append(buffer, 0, count);
            }
        }
    }
}
