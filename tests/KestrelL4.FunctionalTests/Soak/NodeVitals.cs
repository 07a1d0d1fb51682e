using System.Globalization;
using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.Soak;

/// <summary>What a node holds at one moment: its process by what the kernel says, its connections and permits by its own word.</summary>
/// <param name="Resident">Memory in KiB (VmRSS).</param>
/// <param name="Descriptors">Open files and sockets.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Live">Open connections.</param>
/// <param name="AtUpstreams">Connections counted at upstreams.</param>
/// <param name="Permits">Places held in limits.</param>
internal sealed record NodeVitals(long Resident, int Descriptors, int Threads, int Live, int AtUpstreams, int Permits)
{
    /// <summary>Looks.</summary>
    public static async Task<NodeVitals> OfAsync(TestNode node)
    {
        string process = $"/proc/{node.Process.Id}";
        Dictionary<string, string> status = (await File.ReadAllLinesAsync($"{process}/status"))
            .Select(static line => line.Split(':', 2)).ToDictionary(static words => words[0], static words => words[1].Trim());
        JsonNode said = await node.StatusAsync();
        JsonNode application = said["applications"]![0]!;
        return new NodeVitals(
            long.Parse(status["VmRSS"].Split(' ')[0], CultureInfo.InvariantCulture),
            Directory.GetFiles($"{process}/fd").Length,
            int.Parse(status["Threads"], CultureInfo.InvariantCulture),
            (int)application["connections"]!,
            application["upstreams"]!.AsArray().Sum(static upstream => (int)upstream!["connections"]!),
            said["limits"]!.AsArray().Sum(static limit => (int)limit!["connections"]!));
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Resident / 1024} MiB resident, {Descriptors} descriptors, {Threads} threads, {Live} live, {AtUpstreams} at upstreams, {Permits} permits");
}
