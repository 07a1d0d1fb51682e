using System.Net.ServerSentEvents;
using System.Text.Json;
using KestrelL4.Server.Admin.Answers;

namespace KestrelL4.Server.Admin.Page;

/// <summary>One look at the node, written once for all pages that are open.</summary>
internal sealed class PageFrame
{
    private static readonly TimeSpan Reconnection = TimeSpan.FromSeconds(2);

    private readonly long _number;
    private readonly byte[] _node;
    private readonly Dictionary<string, Part> _applications;
    private readonly TrafficRecord _traffic;
    private readonly Lazy<byte[]> _sample;
    private readonly Lazy<byte[]> _history;

    /// <summary>Writes down a look at the node.</summary>
    /// <param name="status">The node.</param>
    /// <param name="traffic">Its last minutes.</param>
    /// <param name="at">When it was so.</param>
    /// <param name="before">The look before; null = this is the first.</param>
    public PageFrame(NodeStatus status, TrafficRecord traffic, DateTimeOffset at, PageFrame? before)
    {
        _number = (before?._number ?? 0) + 1;
        _traffic = traffic;
        _sample = new Lazy<byte[]>(() => JsonSerializer.SerializeToUtf8Bytes(traffic.Samples[^1], AdminJson.Default.TrafficSample));
        _history = new Lazy<byte[]>(() => JsonSerializer.SerializeToUtf8Bytes(traffic.Samples, AdminJson.Default.IReadOnlyListTrafficSample));
        _applications = status.Applications.ToDictionary(
            static application => application.Name,
            application => PartOf(ApplicationNews.Of(application, status.Applications.Count), before?._applications.GetValueOrDefault(application.Name)));
        _node = JsonSerializer.SerializeToUtf8Bytes(
            new NodeNews
            {
                At = at,
                Status = status with { Applications = [] },
                Applications = [.. status.Applications.Select(static application => application.Name)],
                Refusals = RefusalsOf(status.Applications),
            },
            AdminJson.Default.NodeNews);
    }

    /// <summary>What is new to a page.</summary>
    /// <param name="seen">What it saw last; null = nothing yet.</param>
    public IEnumerable<SseItem<byte[]>> NewsSince(PageFrame? seen)
    {
        if (seen is null || _traffic.Number > seen._traffic.Number + 1)
        {
            yield return new SseItem<byte[]>(_history.Value, "history") { ReconnectionInterval = Reconnection };
        }
        else if (_traffic.Number > seen._traffic.Number)
        {
            yield return new SseItem<byte[]>(_sample.Value, "sample");
        }

        foreach (Part part in _applications.Values)
        {
            if (seen is null || part.ChangedIn > seen._number)
            {
                yield return new SseItem<byte[]>(part.Text, "application");
            }
        }

        yield return new SseItem<byte[]>(_node, "node");
    }

    private static Dictionary<string, long> RefusalsOf(IReadOnlyList<ApplicationStatus> applications) => TrafficCount.Reasons
        .Select(static reason => reason.Word())
        .Select(reason => (Reason: reason, Total: applications.Sum(application => application.Totals.GetValueOrDefault(reason))))
        .Where(static each => each.Total > 0)
        .ToDictionary();

    private Part PartOf(ApplicationNews news, Part? before)
    {
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(news, AdminJson.Default.ApplicationNews);
        return before is not null && before.Text.AsSpan().SequenceEqual(text) ? before : new Part(text, _number);
    }

    private sealed record Part(byte[] Text, long ChangedIn);
}
