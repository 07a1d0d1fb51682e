using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KestrelL4.Testing.Certificates;
using KestrelL4.Testing.Clients;

namespace KestrelL4.Testing.Nodes;

/// <summary>The real node as a process of its own, over real sockets.</summary>
public sealed partial class TestNode : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory;
    private Dictionary<string, IPEndPoint> _endPoints = [];

    private TestNode(NodeProcess process, TemporaryDirectory directory)
    {
        Process = process;
        _directory = directory;
    }

    /// <summary>The process and what it prints.</summary>
    public NodeProcess Process { get; }

    /// <summary>The administration endpoint.</summary>
    public HttpClient Admin { get; } = new() { Timeout = Eventually.DefaultDeadline };

    /// <summary>Starts a node and waits until it is as the test wants it.</summary>
    /// <exception cref="InvalidOperationException">The process ended instead; the text holds what it printed.</exception>
    public static async Task<TestNode> StartAsync(string configurationFile, TemporaryDirectory directory, NodeLaunch launch)
    {
        (string fileName, string[] arguments) = launch.Command(configurationFile);
        TestNode node = new(new NodeProcess(fileName, arguments, directory.Path), directory);
        try
        {
            await Eventually.UntilAsync(
                async () => await node.ReadinessAsync() == launch.Readiness, () => $"/readyz is {(int)launch.Readiness}. It printed:\n{node.Process.Output}", launch.Deadline);
            await node.LearnEndPointsAsync();
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where an application listens that is configured with an address and port.</summary>
    public IPEndPoint EndPoint(string application = "echo") => _endPoints[application];

    /// <summary>Asks the node where its applications listen now; to be called when that has changed.</summary>
    public async Task LearnEndPointsAsync()
    {
        Dictionary<string, IPEndPoint> endPoints = new(StringComparer.OrdinalIgnoreCase);
        foreach (JsonNode? application in (await StatusAsync())["applications"]!.AsArray())
        {
            if (IPEndPoint.TryParse((string)application!["listen"]!, out IPEndPoint? endPoint))
            {
                endPoints[(string)application["name"]!] = endPoint;
            }
        }

        _endPoints = endPoints;
    }

    /// <summary>Connects a client to an application.</summary>
    public Task<TlsClient> ConnectAsync(TestCertificate certificate, string application = "echo")
        => TlsClient.ConnectAsync(EndPoint(application), certificate);

    /// <summary>The answer of <c>GET /status</c>.</summary>
    public async Task<JsonNode> StatusAsync() => JsonNode.Parse(await Admin.GetStringAsync("status"))!;

    /// <summary>The answer of <c>GET /metrics</c>.</summary>
    public async Task<MetricSamples> MetricsAsync() => MetricSamples.Parse(await Admin.GetStringAsync("metrics"));

    /// <summary>Begins to watch a metric: the sum of all its samples with these labels.</summary>
    public Task<MetricWatch> WatchAsync(string metric, params (string Name, string Value)[] labels)
        => MetricWatch.BeginAsync(this, metric, labels);

    /// <summary>Begins to watch how many connections end for a reason.</summary>
    public Task<MetricWatch> WatchReasonAsync(string reason) => WatchAsync("kestrell4_connections_total", ("reason", reason));

    /// <summary>Ends the process, if it still runs, and removes its directory.</summary>
    public ValueTask DisposeAsync()
    {
        Process.Dispose();
        Admin.Dispose();
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }

    // Null = nobody answers yet.
    private async Task<HttpStatusCode?> ReadinessAsync()
    {
        if (Process.HasExited)
        {
            await Process.WaitForExitAsync();
            throw new InvalidOperationException($"The node ended with exit code {Process.ExitCode}. It printed:\n{Process.Output}");
        }

        if (Admin.BaseAddress is null)
        {
            Match address = AdminAddress().Match(Process.Output);
            if (!address.Success)
            {
                return null;
            }

            Admin.BaseAddress = new Uri(address.Value);
        }

        try
        {
            using HttpResponseMessage response = await Admin.GetAsync(new Uri("readyz", UriKind.Relative));
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"(?<=Admin endpoint on )http://127\.0\.0\.1:\d+")]
    private static partial Regex AdminAddress();
}
