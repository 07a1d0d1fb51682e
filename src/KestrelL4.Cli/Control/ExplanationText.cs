using System.Globalization;
using System.Text;
using KestrelL4.Server.Configuration.Values;
using KestrelL4.Server.Explaining;

namespace KestrelL4.Cli.Control;

/// <summary>Why a client would get in, or not, for people.</summary>
internal static class ExplanationText
{
    /// <summary>A sentence, the steps, and the limits that have numbers.</summary>
    public static string Of(Explanation explanation)
    {
        StringBuilder text = new();
        string verdict = explanation switch
        {
            { Admitted: true, Upstream: null } => $"would wait for a place in {explanation.Application}",
            { Admitted: true } => $"would get in to {explanation.Application}, at upstream {explanation.Upstream}",
            { Refusal: null } => $"could not connect to {explanation.Application}",
            _ => $"would not get in to {explanation.Application}: {explanation.Refusal}",
        };
        text.Append(Printable.Whole($"{explanation.Client} {verdict}")).Append("\n\n");

        TextTable steps = new("STEP", "PASSES", "WHY");
        foreach (ExplainedStep step in explanation.Steps)
        {
            steps.Add(step.Step, step.Passes ? "yes" : "no", step.Why);
        }

        text.Append(steps).Append('\n').Append(Upstreams(explanation));
        ExplainedLimit[] limits =
        [
            .. explanation.Limits.Where(static limit => limit is not { MaxConcurrentConnections: null, ConnectionsPerWindow: null, BytesPerSecond: null }),
        ];
        if (limits.Length > 0)
        {
            TextTable table = new("LIMIT", "CONNECTIONS", "AT MOST", "PER WINDOW", "WINDOW", "PER SECOND", "WAITING", "HAS ROOM");
            foreach (ExplainedLimit limit in limits)
            {
                table.Add(
                    limit.Scope,
                    Readable.Count(limit.Held),
                    limit.MaxConcurrentConnections is { } most ? Readable.Count(most) : null,
                    limit.ConnectionsPerWindow is { } permits ? Readable.Count(permits) : null,
                    limit.ConnectionsPerWindow is null ? null : string.Create(CultureInfo.InvariantCulture, $"{limit.WindowSeconds}s"),
                    limit.BytesPerSecond is { } bytes ? Readable.Bytes(bytes) : null,
                    Readable.Count(limit.Waiting),
                    limit.Admits ? "yes" : "no");
            }

            text.Append('\n').Append(table);
        }

        return text.ToString();
    }

    private static TextTable Upstreams(Explanation explanation)
    {
        TextTable table = new("UPSTREAM", "OFFERED", "STATUS", "ADDRESS", "WHY");
        foreach (ExplainedUpstream upstream in explanation.Upstreams)
        {
            table.Add(upstream.Name, upstream.Offered ? "yes" : "no", upstream.Status, upstream.Address, upstream.Why);
        }

        return table;
    }
}
