using System.Collections.Concurrent;
using System.Diagnostics;

namespace KestrelL4.Testing.Nodes;

/// <summary>The operating system process of a node and what it prints.</summary>
public sealed class NodeProcess : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    /// <summary>Starts a program and keeps what it prints.</summary>
    public NodeProcess(string fileName, string[] arguments, string workingDirectory)
    {
        ProcessStartInfo start = new(fileName, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory,
        };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Its exit code; only after its end.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Every line it has printed on standard output and standard error so far.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

    /// <summary>Everything it has printed so far.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>Sends SIGHUP: the node reads everything anew.</summary>
    public void HangUp() => Signal.Send(Id, Signal.HangUp);

    /// <summary>Asks it to drain and end (SIGTERM).</summary>
    public void Terminate() => Signal.Send(Id, Signal.Terminate);

    /// <summary>Asks it to drain and end, as Ctrl-C does (SIGINT).</summary>
    public void Interrupt() => Signal.Send(Id, Signal.Interrupt);

    /// <summary>Ends it without asking (SIGKILL).</summary>
    public void Kill() => _process.Kill();

    /// <summary>Tells it to end at once (SIGQUIT).</summary>
    public void Abort() => Signal.Send(Id, Signal.Quit);

    /// <summary>Has it stand still, with every connection open (SIGSTOP).</summary>
    public void Suspend() => Signal.Send(Id, Signal.Stop);

    /// <summary>Has it go on (SIGCONT).</summary>
    public void Resume() => Signal.Send(Id, Signal.Continue);

    /// <summary>Waits for its end and gives its exit code.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan? deadline = null)
    {
        using CancellationTokenSource limit = new(deadline ?? TimeSpan.FromSeconds(30));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The node (process {Id}) did not end. It printed:\n{Output}");
        }

        return _process.ExitCode;
    }

    /// <summary>Ends it, if it still runs, without asking.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _lines.Enqueue(line);
        }
    }
}
