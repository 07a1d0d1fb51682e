using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;

namespace KestrelL4.Testing;

/// <summary>A real server program on a loopback port, ended by its id.</summary>
public sealed class ServerProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private ServerProgram(string fileName, IEnumerable<string> arguments, string directory, IPEndPoint endPoint)
    {
        EndPoint = endPoint;
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(fileName, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = directory,
            },
        };
        _process.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Ends it without asking (SIGKILL); its connections break.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Has it stand still, with every connection open (SIGSTOP).</summary>
    public void Suspend() => Signal.Send(_process.Id, Signal.Stop);

    /// <summary>Has it go on (SIGCONT).</summary>
    public void Resume() => Signal.Send(_process.Id, Signal.Continue);

    /// <summary>Starts a program that stays in the foreground and waits until it listens on its port, without connecting to it.</summary>
    /// <exception cref="InvalidOperationException">It ended instead; the text holds what it printed.</exception>
    public static async Task<ServerProgram> StartAsync(
        string fileName, IEnumerable<string> arguments, string directory, IPEndPoint endPoint)
    {
        ServerProgram server = new(fileName, arguments, directory, endPoint);
        try
        {
            await Eventually.UntilAsync(server.ListensAsync, $"{fileName} listens on {endPoint}");
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks it to end (SIGTERM), and ends it when it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signal.Send(_process.Id, Signal.Terminate);
            using CancellationTokenSource patience = new(TimeSpan.FromSeconds(5));
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
            }
        }

        _process.Dispose();
    }

    private async Task<bool> ListensAsync()
    {
        if (_process.HasExited)
        {
            await _process.WaitForExitAsync();
            throw new InvalidOperationException(
                $"{_process.StartInfo.FileName} ended with exit code {_process.ExitCode}. It printed:\n{string.Join('\n', _lines)}");
        }

        // Asked of the system: a connection to find out would reach whatever the program forwards to, and be counted there.
        return IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Contains(EndPoint);
    }
}
