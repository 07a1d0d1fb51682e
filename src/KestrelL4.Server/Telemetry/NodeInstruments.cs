using System.Diagnostics.Metrics;
using KestrelL4.Registry;
using KestrelL4.Server.Health;
using KestrelL4.Server.Overload;
using KestrelL4.Server.Transport;

namespace KestrelL4.Server.Telemetry;

/// <summary>The instruments of the node itself; all are observed, so none costs anything between scrapes.</summary>
internal static class NodeInstruments
{
    private static readonly ComponentStatus[] Statuses = Enum.GetValues<ComponentStatus>();

    /// <summary>Creates the instruments on the node's meter.</summary>
    /// <param name="meter">The node's meter.</param>
    /// <param name="health">The components.</param>
    /// <param name="trust">The registry in force.</param>
    /// <param name="identityExpiry">When the identity in force expires; null = there is none, and no series.</param>
    /// <param name="droppedLines">How many log lines have been dropped since the start.</param>
    public static void AddTo(
        Meter meter, NodeHealth health, TrustInForce trust, Func<DateTimeOffset?> identityExpiry, Func<long> droppedLines)
    {
        meter.CreateObservableGauge(
            "kestrell4.registry.revision",
            () => trust.Current.Registry.Revision,
            description: "The revision of the registry in force.");
        meter.CreateObservableGauge(
            "kestrell4.registry.age",
            () => AgeOf(trust.Current.Age),
            "s",
            "Time since the source of the registry confirmed the revision in force.");
        meter.CreateObservableGauge(
            "kestrell4.component.status",
            () => health.Components.SelectMany(StateSet),
            description: "1 for the status that the component has, 0 for all others.");
        meter.CreateObservableGauge(
            "kestrell4.identity.expiry.timestamp",
            () => Expiry(identityExpiry()),
            "s",
            "When the node's certificate expires, in seconds since 1970.");
        meter.CreateObservableCounter(
            "kestrell4.log_lines.dropped",
            droppedLines,
            "{line}",
            "Log lines dropped because standard output did not take them fast enough.");
        meter.CreateObservableGauge(
            "kestrell4.build.info",
            () => new Measurement<int>(1, Tag("version", NodeVersion.Text), Tag("runtime", Environment.Version.ToString())),
            description: "Always 1; its labels tell the version of the program and of the runtime.");
    }

    /// <summary>Creates the instrument that counts reloads.</summary>
    /// <param name="meter">The node's meter.</param>
    /// <param name="applied">How many reloads were put in force wholly.</param>
    /// <param name="rejected">How many were refused, wholly or in part.</param>
    public static void AddReloadsTo(Meter meter, Func<long> applied, Func<long> rejected) => meter.CreateObservableCounter(
        "kestrell4.configuration.reloads",
        () => new[] { new Measurement<long>(applied(), Tag("result", "applied")), new Measurement<long>(rejected(), Tag("result", "rejected")) },
        "{reload}",
        "Reloads, by what came of them.");

    /// <summary>Creates the instruments of what the node has left to take connections with.</summary>
    /// <param name="meter">The node's meter.</param>
    /// <param name="waits">How often a listener has waited, by cause.</param>
    /// <param name="memory">The memory as it was measured last; null = it cannot be measured, and there is no series.</param>
    public static void AddCapacityTo(Meter meter, Func<AcceptWait, long> waits, Func<MemoryReading?> memory)
    {
        meter.CreateObservableCounter(
            "kestrell4.accept.waits",
            () => Enum.GetValues<AcceptWait>().Select(wait => new Measurement<long>(waits(wait), Tag("cause", wait.Word()))),
            "{wait}",
            "Times that a listener waited for 100 ms before it accepted, by cause.");
        meter.CreateObservableGauge(
            "kestrell4.memory.used",
            () => memory() is { } reading ? new[] { new Measurement<long>(reading.Used) } : [],
            "By",
            "Memory that the node uses, without pages of files and with what the kernel holds for its sockets where that is told.");
        meter.CreateObservableGauge(
            "kestrell4.memory.limit",
            () => memory() is { } reading ? new[] { new Measurement<long>(reading.Limit) } : [],
            "By",
            "Memory that the node may use.");
    }

    /// <summary>Creates the instrument of a node that has an authority.</summary>
    /// <param name="meter">The node's meter.</param>
    /// <param name="isConnected">Whether the last attempt reached the authority and was not refused.</param>
    public static void AddAuthorityTo(Meter meter, Func<bool> isConnected) => meter.CreateObservableGauge(
        "kestrell4.authority.connected",
        () => isConnected() ? 1 : 0,
        description: "1 while the authority answers, 0 while it is away or refuses.");

    // A registry from files is as new as the files; of one that was never confirmed there is no age to tell.
    private static IEnumerable<Measurement<double>> AgeOf(RegistryAge? age) => age?.Age switch
    {
        null => [new Measurement<double>(0)],
        { } known when known < TimeSpan.MaxValue => [new Measurement<double>(known.TotalSeconds)],
        _ => [],
    };

    private static IEnumerable<Measurement<int>> StateSet(Component component)
    {
        ComponentStatus now = component.State.Status;
        return Statuses.Select(status => new Measurement<int>(
            status == now ? 1 : 0,
            Tag("component", component.Name),
            Tag("status", status.ToString().ToLowerInvariant())));
    }

    private static IEnumerable<Measurement<double>> Expiry(DateTimeOffset? expiry) =>
        expiry is { } at ? [new Measurement<double>(at.ToUnixTimeMilliseconds() / 1000.0)] : [];

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
