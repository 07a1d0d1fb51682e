using System.Globalization;
using KestrelL4.Cli.Display;
using KestrelL4.Server.Explaining;

namespace KestrelL4.Cli.Control;

/// <summary>Why a client would get in, or not, for people.</summary>
internal static class ExplanationText
{
    /// <summary>A sentence, the steps, the upstreams, and the limits that have numbers.</summary>
    public static Report Of(Explanation explanation)
    {
        string verdict = explanation switch
        {
            { Admitted: true, Upstream: null } => $"would wait for a place in {explanation.Application}",
            { Admitted: true } => $"would get in to {explanation.Application}, at upstream {explanation.Upstream}",
            { Refusal: null } => $"could not connect to {explanation.Application}",
            _ => $"would not get in to {explanation.Application}: {explanation.Refusal}",
        };
        TextLines sentence = new TextLines().Add($"{explanation.Client} {verdict}");
        TextTable limits = Limits(explanation);
        return limits.Rows.Count > 0
            ? new Report(sentence, Steps(explanation), Upstreams(explanation), limits)
            : new Report(sentence, Steps(explanation), Upstreams(explanation));
    }

    private static Cell YesOrNo(bool isYes, Tone no) => isYes ? new Cell("yes", Tone.Good) : new Cell("no", no);

    private static TextTable Steps(Explanation explanation)
    {
        TextTable table = new("STEP", "PASSES", "WHY");
        foreach (ExplainedStep step in explanation.Steps)
        {
            table.Add(step.Step, YesOrNo(step.Passes, Tone.Bad), step.Why);
        }

        return table;
    }

    private static TextTable Limits(Explanation explanation)
    {
        TextTable table = new("LIMIT", "CONNECTIONS", "AT MOST", "PER WINDOW", "WINDOW", "PER SECOND", "WAITING", "HAS ROOM");
        foreach (ExplainedLimit limit in explanation.Limits)
        {
            if (limit is { MaxConcurrentConnections: null, ConnectionsPerWindow: null, BytesPerSecond: null })
            {
                continue;
            }

            table.Add(
                limit.Scope,
                Readable.Count(limit.Held),
                limit.MaxConcurrentConnections is { } most ? Readable.Count(most) : null,
                limit.ConnectionsPerWindow is { } permits ? Readable.Count(permits) : null,
                limit.ConnectionsPerWindow is null ? null : string.Create(CultureInfo.InvariantCulture, $"{limit.WindowSeconds}s"),
                limit.BytesPerSecond is { } bytes ? Readable.Bytes(bytes) : null,
                Readable.Count(limit.Waiting),
                YesOrNo(limit.Admits, Tone.Bad));
        }

        return table;
    }

    private static TextTable Upstreams(Explanation explanation)
    {
        TextTable table = new("UPSTREAM", "OFFERED", "STATUS", "ADDRESS", "WHY");
        foreach (ExplainedUpstream upstream in explanation.Upstreams)
        {
            table.Add(upstream.Name, YesOrNo(upstream.Offered, Tone.Doubtful), Tones.OfUpstream(upstream.Status), upstream.Address, upstream.Why);
        }

        return table;
    }
}
