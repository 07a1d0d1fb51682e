using System.Net;
using System.Net.Sockets;
using KestrelL4.Authority;
using KestrelL4.Authority.Pki;
using KestrelL4.Cli.Control;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Cli.Demo;

/// <summary>The demo's authority: a real one on loopback, which goes away and comes back.</summary>
/// <param name="directory">Where it keeps everything.</param>
/// <param name="loggers">Where it logs.</param>
/// <param name="time">Its clock.</param>
internal sealed class DemoAuthority(string directory, ILoggerFactory loggers, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly IPEndPoint _address = FreeAddress();
    private readonly StringWriter _problems = new();
    private CancellationTokenSource _stop = new();
    private Task<AuthorityExit>? _running;

    /// <summary>Its address, as nodes are told it.</summary>
    public string Url => $"https://{DemoNames.Host}:{_address.Port}";

    /// <summary>What administrators order of it.</summary>
    public DemoAdministrator Administrator { get; } = new(AuthorityConnection.OverSocket(AuthorityDirectory.AdminSocketOf(directory)));

    /// <summary>Starts it, at the same address every time, and waits until it answers.</summary>
    /// <exception cref="IOException">It did not start.</exception>
    public async Task ComeAsync(CancellationToken deadline)
    {
        HostName host = HostName.TryParse(DemoNames.Host, out HostName? read) ? read : throw new InvalidOperationException(HostName.Rule);
        _stop.Dispose();
        _stop = new CancellationTokenSource();
        _running = new AuthorityProcess(_problems, loggers, time).RunAsync(new AuthorityOptions(directory, [_address], [host]), _stop.Token);
        while (!await Administrator.AnswersAsync(deadline))
        {
            if (_running.IsCompleted)
            {
                throw new IOException(_problems.ToString());
            }

            await Task.Delay(Pause, time, deadline);
        }
    }

    /// <summary>Ends it.</summary>
    public async Task GoAsync()
    {
        await _stop.CancelAsync();
        if (_running is not null)
        {
            await _running;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await GoAsync();
        Administrator.Dispose();
        _stop.Dispose();
    }

    // The system's choice, and the authority's from then on: it comes back to where nodes look for it.
    private static IPEndPoint FreeAddress()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }
}
