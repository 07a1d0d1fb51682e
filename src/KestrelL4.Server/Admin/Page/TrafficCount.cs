using KestrelL4.Accounting;

namespace KestrelL4.Server.Admin.Page;

/// <summary>What an application has counted up to a moment.</summary>
internal sealed class TrafficCount
{
    private readonly long _received;
    private readonly long _sent;
    private readonly long[] _refused;

    private TrafficCount(ApplicationCounters counters)
    {
        _received = counters.BytesReceived;
        _sent = counters.BytesSent;
        _refused = Array.ConvertAll(Reasons, counters.ConnectionsEnded);
    }

    /// <summary>The close reasons of connections that never came to a relay, in the order of the steps that refuse.</summary>
    public static CloseReason[] Reasons { get; } =
        [.. Enum.GetValues<CloseReason>().Where(static reason => reason <= CloseReason.UpstreamConnectFailed)];

    /// <summary>What an application has counted now.</summary>
    public static TrafficCount Of(Application application) => new(application.Counters);

    /// <summary>What came after an earlier moment.</summary>
    /// <param name="application">The application.</param>
    /// <param name="before">The earlier moment; null = when the application was made.</param>
    public ApplicationTraffic After(Application application, TrafficCount? before) => new(
        application.Name,
        application.Connections.Count,
        _received - (before?._received ?? 0),
        _sent - (before?._sent ?? 0),
        _refused.Sum() - (before?._refused.Sum() ?? 0));

    /// <summary>How many connections were refused for a reason after an earlier moment.</summary>
    /// <param name="index">The place of the reason in <see cref="Reasons"/>.</param>
    /// <param name="before">The earlier moment; null = when the application was made.</param>
    public long RefusedAfter(int index, TrafficCount? before) => _refused[index] - (before?._refused[index] ?? 0);
}
