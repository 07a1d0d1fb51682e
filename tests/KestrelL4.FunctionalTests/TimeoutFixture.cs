using System.Net.Sockets;
using System.Security.Cryptography;

namespace KestrelL4.FunctionalTests;

/// <summary>A node with one application for each time-out, before an upstream that speaks slowly or ends when asked to.</summary>
public sealed class TimeoutFixture : NodeFixture
{
    private readonly byte[] _shortLived = [0x40, .. RandomNumberGenerator.GetBytes(15)];
    private readonly ScriptedServer _server = new(ServeAsync);
    private TestAuthority _authority = null!;

    /// <summary>A client with a certificate for a day.</summary>
    public TestCertificate Alice { get; private set; } = null!;

    /// <summary>How many connections the upstream has open now.</summary>
    public int Open => _server.Open;

    /// <summary>A certificate of a registered client that expires in that time, to the second.</summary>
    public TestCertificate Expiring(TimeSpan life) => _authority.Issue(
        new TestSubject("short-lived") { SerialNumber = _shortLived, NotAfter = TimeProvider.System.GetUtcNow() + life });

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _server.DisposeAsync();
    }

    protected override void Prepare(NodeSetup setup)
    {
        foreach (string application in new[] { "idle", "short", "expiring", "lenient" })
        {
            setup.Application(application, _server.EndPoint);
        }

        setup.Set("Applications:idle:Timeouts:Idle", "2s");
        setup.Set("Applications:short:Timeouts:MaxDuration", "2s");
        setup.Set("Applications:lenient:Timeouts:AfterExpiry", "never");
        _authority = setup.Authority;
        Alice = setup.Client("alice", "*");
        setup.Register("short-lived", Expiring(TimeSpan.FromDays(1)), "*");
    }

    /// <summary>Answers each byte; a <c>t</c> by ten, one every 500 ms; after an <c>e</c> it ends its own direction.</summary>
    private static async Task ServeAsync(Socket connection, CancellationToken cancellationToken)
    {
        byte[] received = new byte[1];
        while (await connection.ReceiveAsync(received, cancellationToken) > 0)
        {
            await connection.SendAllAsync(received, cancellationToken);
            if (received[0] == (byte)'t')
            {
                await TickAsync(connection, received, cancellationToken);
            }
            else if (received[0] == (byte)'e')
            {
                connection.Shutdown(SocketShutdown.Send);
            }
        }
    }

    private static async Task TickAsync(Socket connection, byte[] tick, CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(500));
        for (int count = 0; count < 9 && await timer.WaitForNextTickAsync(cancellationToken); count++)
        {
            await connection.SendAllAsync(tick, cancellationToken);
        }
    }
}
