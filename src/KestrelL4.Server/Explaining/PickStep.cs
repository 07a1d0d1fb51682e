using KestrelL4.Server.Configuration.Values;
using KestrelL4.Server.Health;
using KestrelL4.Upstreams;

namespace KestrelL4.Server.Explaining;

/// <summary>What the pick would say to a client's connection, and of each upstream.</summary>
internal static class PickStep
{
    private const string Step = "pick";

    /// <summary>The step; it passes too when the connection would wait for a place, and has no upstream then.</summary>
    public static ExplainedStep Judge(Application application, string client, out Upstream? picked)
    {
        PickOutlook outlook = application.Outlook(client);
        TimeSpan queue = application.Settings.Timeouts.Queue;
        picked = outlook.Upstream;
        return picked is not null ? ExplainedStep.Pass(Step, Text(picked) + Chance(application) + Text(outlook.Panic))
            : !outlook.CanWait ? ExplainedStep.Refuse(Step, CloseReason.NoUpstream, "no upstream takes new connections now")
            : queue == TimeSpan.Zero ? ExplainedStep.Refuse(Step, CloseReason.NoUpstream, "every upstream that would take it is full, and Timeouts:Queue is zero")
            : ExplainedStep.Pass(
                Step,
                $"every upstream that would take it is full: it would wait in the queue for up to {queue.TotalSeconds:0.###}s, others there: {application.QueuedConnections}");
    }

    /// <summary>Each upstream, and why it would not be picked or only after others.</summary>
    public static IReadOnlyList<ExplainedUpstream> Of(Application application, string client)
    {
        bool isPanic = application.Outlook(client).Panic is not null;
        return [.. application.Upstreams.Select(upstream => Of(upstream, isPanic))];
    }

    private static ExplainedUpstream Of(Upstream upstream, bool isPanic)
    {
        UpstreamState state = UpstreamState.Of(upstream);
        bool isOffered = upstream is { Weight: > 0, IsDraining: false, IsFull: false } && (upstream.Health == UpstreamHealth.Healthy || isPanic);
        IEnumerable<string?> reasons =
        [
            state.Reason,
            isOffered && !state.IsUp ? "offered all the same, in panic" : null,
            upstream.Weight == 0 ? "its weight is 0" : null,
            upstream.IsBackup ? "a backup: only when no other takes it" : null,
        ];
        string why = string.Join("; ", reasons.OfType<string>());
        return new ExplainedUpstream(upstream.Name, UpstreamAddress.Text(upstream.Address), state.Status, isOffered, why.Length == 0 ? null : why);
    }

    private static string Text(Upstream picked) => $"{picked.Name} at {UpstreamAddress.Text(picked.Address)}, connections: {picked.ActiveConnections}";

    private static string Text(Strength? panic) => panic is { } strength
        ? $"; panic: only {strength.Available} of {strength.Total} upstreams are available, so all are offered"
        : "";

    private static string Chance(Application application) =>
        application.Settings.Balancing == Balancing.PowerOfTwoChoices && application.Upstreams.Count > 1 ? ", drawn by chance" : "";
}
