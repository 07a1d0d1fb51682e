using KestrelL4.Server.Admin.Answers;

namespace KestrelL4.Server.Admin.Page;

/// <summary>The event <c>node</c>: the node without its applications. It ends what one look at the node found.</summary>
internal sealed record NodeNews
{
    /// <summary>When it was so, by the node's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What <c>/status</c> says, but for the applications.</summary>
    public required NodeStatus Status { get; init; }

    /// <summary>The keys of the applications, in their order.</summary>
    public required IReadOnlyList<string> Applications { get; init; }

    /// <summary>Connections refused since they were first served, by close reason; only those reasons that occurred.</summary>
    public required IReadOnlyDictionary<string, long> Refusals { get; init; }
}

/// <summary>The event <c>application</c>: an application with those of its upstreams that a page shows.</summary>
internal sealed record ApplicationNews
{
    // Ten are read; thousands are scrolled past, and cost every open page its share of the line.
    private const int Least = 10;
    private const int MostTogether = 2000;

    // What an operator looks for first.
    private static readonly string[] Order = ["down", "quarantined", "draining", "full", "available"];

    /// <summary>Tells it apart: its name, and a number behind it where it drains beside another that took its name since.</summary>
    public required string Key { get; init; }

    /// <summary>What <c>/status</c> says, with as many upstreams as are shown: those that do not take connections first.</summary>
    public required ApplicationStatus Application { get; init; }

    /// <summary>How many upstreams it has, by their status; only those that occur.</summary>
    public required IReadOnlyDictionary<string, int> Upstreams { get; init; }

    /// <summary>How many upstreams are not shown.</summary>
    public required int Left { get; init; }

    /// <summary>What a page shows of an application.</summary>
    /// <param name="key">Tells it apart.</param>
    /// <param name="application">All of it.</param>
    /// <param name="applications">How many applications share the page.</param>
    public static ApplicationNews Of(string key, ApplicationStatus application, int applications)
    {
        int most = Math.Max(Least, MostTogether / applications);
        return new ApplicationNews
        {
            Key = key,
            Application = application with
            {
                Upstreams = [.. application.Upstreams.OrderBy(static upstream => Array.IndexOf(Order, upstream.Status)).Take(most).Select(Shown)],
            },
            Upstreams = application.Upstreams.CountBy(static upstream => upstream.Status).ToDictionary(),
            Left = Math.Max(0, application.Upstreams.Count - most),
        };
    }

    // What differs between two looks by less than a second is the rounding of two clocks, and no news.
    private static UpstreamStatus Shown(UpstreamStatus upstream) =>
        upstream with { Since = upstream.Since.AddTicks(-(upstream.Since.Ticks % TimeSpan.TicksPerSecond)) };
}
