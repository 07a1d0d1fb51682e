using System.Net.ServerSentEvents;
using System.Text.Json;
using KestrelL4.Server.Admin.Answers;
using KestrelL4.Server.Health;

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

        // No lambda: it would hold all that this constructor was given, with the look before, which held the one before that.
        _sample = new Lazy<byte[]>(WriteSample);
        _history = new Lazy<byte[]>(WriteHistory);
        _applications = PartsOf(status.Applications, before);
        _node = JsonSerializer.SerializeToUtf8Bytes(
            new NodeNews
            {
                At = at,
                Status = status with { Applications = [] },
                Applications = [.. _applications.Keys],
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

    private byte[] WriteSample() => JsonSerializer.SerializeToUtf8Bytes(_traffic.Samples[^1], AdminJson.Default.TrafficSample);

    private byte[] WriteHistory() => JsonSerializer.SerializeToUtf8Bytes(_traffic.Samples, AdminJson.Default.IReadOnlyListTrafficSample);

    // One that a reload removed drains beside another that took its name since; a name has no slash, so the keys are distinct.
    private Dictionary<string, Part> PartsOf(IReadOnlyList<ApplicationStatus> applications, PageFrame? before)
    {
        Dictionary<string, Part> parts = new(applications.Count);
        foreach (IGrouping<string, ApplicationStatus> namesakes in applications.GroupBy(static each => each.Name))
        {
            foreach ((int index, ApplicationStatus application) in namesakes.OrderBy(static each => each.Status == ComponentStatus.Draining).Index())
            {
                string key = index == 0 ? application.Name : $"{application.Name}/{index + 1}";
                parts.Add(key, PartOf(ApplicationNews.Of(key, application, applications.Count), before?._applications.GetValueOrDefault(key)));
            }
        }

        return parts;
    }

    private Part PartOf(ApplicationNews news, Part? before)
    {
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(news, AdminJson.Default.ApplicationNews);
        return before is not null && before.Text.AsSpan().SequenceEqual(text) ? before : new Part(text, _number);
    }

    private sealed record Part(byte[] Text, long ChangedIn);
}
