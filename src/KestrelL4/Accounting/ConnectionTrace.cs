using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using KestrelL4.Tls;
using KestrelL4.Upstreams;

namespace KestrelL4.Accounting;

/// <summary>The spans of one connection that is traced: its own, and below it one for the handshake, each dial and the relay.</summary>
/// <remarks>
/// The step under way is none of the thread's current activity: what a connection leaves behind in timers and queues would keep its
/// spans alive, and every callback of its sockets would restore them.
/// </remarks>
internal sealed class ConnectionTrace
{
    /// <summary>The name of the activity source.</summary>
    public const string SourceName = "KestrelL4";

    private static readonly ActivitySource Source = new(SourceName);

    private readonly Activity _connection;
    private Activity? _step;

    private ConnectionTrace(Activity connection) => _connection = connection;

    /// <summary>The trace's id, in 32 hexadecimal digits.</summary>
    public string TraceId => _connection.TraceId.ToHexString();

    /// <summary>Begins the trace of a connection that was accepted; null, at the cost of one look, when nobody listens or it is not sampled.</summary>
    public static ConnectionTrace? Begin() =>
        Source.HasListeners() && Start("connection", ActivityKind.Server, default) is { IsAllDataRequested: true } span ? new ConnectionTrace(span) : null;

    /// <summary>Begins the handshake.</summary>
    public void BeginHandshake() => BeginStep("handshake", ActivityKind.Internal);

    /// <summary>Ends the handshake, which succeeded.</summary>
    public void EndHandshake()
    {
        _step?.SetTag("tls.established", true);
        EndStep();
    }

    /// <summary>Begins a dial.</summary>
    public void BeginDial(Upstream upstream)
    {
        BeginStep("dial", ActivityKind.Client);
        _step?.SetTag("kestrell4.upstream", upstream.Name);
        SetAddress(_step, "server", upstream.Address);
    }

    /// <summary>Ends a dial.</summary>
    /// <param name="result">How it ended.</param>
    /// <param name="problem">What went wrong, for people; null = the result tells all.</param>
    public void EndDial(DialResult result, string? problem)
    {
        if (result != DialResult.Connected)
        {
            _step?.SetTag("error.type", result.Word());
            _step?.SetStatus(ActivityStatusCode.Error, problem);
        }

        EndStep();
    }

    /// <summary>Begins the relay.</summary>
    public void BeginRelay() => BeginStep("relay", ActivityKind.Internal);

    /// <summary>Ends the relay.</summary>
    public void EndRelay(ProxiedConnection connection)
    {
        SetBytes(_step, connection);
        EndStep();
    }

    /// <summary>Ends the connection, and the step that it broke off.</summary>
    public void End(ProxiedConnection connection)
    {
        CloseReason reason = connection.CloseReason!.Value;
        if (_step is { } broken)
        {
            if (connection.HandshakeFailure is { } failure)
            {
                broken.SetTag("tls.established", false).SetTag("error.type", failure.Word());
            }

            EndStep();
        }

        _connection.SetTag("kestrell4.connection.id", connection.Id)
            .SetTag("kestrell4.application", connection.Application)
            .SetTag("kestrell4.close_reason", reason.Word())
            .SetTag("kestrell4.cause", connection.HandshakeFailure?.Word() ?? connection.Cause)
            .SetTag("kestrell4.client", connection.Client?.Name)
            .SetTag("kestrell4.client_authority", connection.Certificate?.Id.Authority)
            .SetTag("kestrell4.serial_number", connection.Certificate?.Id.SerialNumber)
            .SetTag("kestrell4.upstream", connection.Upstream?.Name);
        SetAddress(_connection, "client", connection.Peer);
        SetAddress(_connection, "server", connection.Destination);
        SetBytes(_connection, connection);
        if (reason.IsServerError())
        {
            _connection.SetTag("error.type", reason.Word()).SetStatus(ActivityStatusCode.Error);
        }

        _connection.Stop();
    }

    // Started and at once no longer current: see the remarks.
    private static Activity? Start(string name, ActivityKind kind, ActivityContext parent)
    {
        Activity? ambient = Activity.Current;
        Activity? span = Source.StartActivity(name, kind, parent);
        Activity.Current = ambient;
        return span;
    }

    private static void SetAddress(Activity? span, string side, EndPoint? address)
    {
        switch (address)
        {
            case IPEndPoint ip:
                span?.SetTag($"{side}.address", ip.Address.ToString()).SetTag($"{side}.port", ip.Port).SetTag("network.transport", "tcp");
                break;
            case DnsEndPoint name:
                span?.SetTag($"{side}.address", name.Host).SetTag($"{side}.port", name.Port).SetTag("network.transport", "tcp");
                break;
            case UnixDomainSocketEndPoint path:
                span?.SetTag($"{side}.address", path.ToString()).SetTag("network.transport", "unix");
                break;
        }
    }

    private static void SetBytes(Activity? span, ProxiedConnection connection) =>
        span?.SetTag("kestrell4.bytes_received", connection.BytesReceived).SetTag("kestrell4.bytes_sent", connection.BytesSent);

    private void BeginStep(string name, ActivityKind kind) => _step = Start(name, kind, _connection.Context);

    private void EndStep()
    {
        _step?.Stop();
        _step = null;
    }
}
