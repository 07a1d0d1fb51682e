using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using KestrelL4.Server.Admin.Answers;

namespace KestrelL4.Cli.Demo;

/// <summary>Looks at the node from outside, through its admin endpoint.</summary>
internal sealed class NodeObserver(string adminAddress, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(adminAddress) };

    /// <summary>The application as <c>/status</c> shows it.</summary>
    public async Task<ApplicationStatus> ReadAsync(CancellationToken cancellation) => (await StatusAsync(cancellation)).Applications.Single();

    /// <summary>The node, as <c>/status</c> shows it.</summary>
    public async Task<NodeStatus> StatusAsync(CancellationToken cancellation) =>
        (await _http.GetFromJsonAsync("/status", AdminJson.Default.NodeStatus, cancellation))!;

    /// <summary>Whether the node takes traffic, by <c>/readyz</c>.</summary>
    public async Task<HttpStatusCode> ReadyAsync(CancellationToken cancellation)
    {
        using HttpResponseMessage response = await _http.GetAsync(new Uri("/readyz", UriKind.Relative), cancellation);
        return response.StatusCode;
    }

    /// <summary>The hash of the configuration in force, by <c>/status</c>.</summary>
    public async Task<string> ConfigurationAsync(CancellationToken cancellation) =>
        (await StatusAsync(cancellation)).Configuration.Hash;

    /// <summary>Reads the status until another configuration is in force; gives its hash.</summary>
    /// <exception cref="NotObservedException">None was before <paramref name="deadline"/>.</exception>
    public async Task<string> UntilConfigurationChangesAsync(string before, CancellationToken deadline)
    {
        string now = before;
        await UntilAsync("another configuration", async () => (now = await ConfigurationAsync(deadline)) != before, deadline);
        return now;
    }

    /// <summary>How many connections have ended for a reason, by <c>/status</c>.</summary>
    public async Task<long> EndedAsync(CloseReason reason, CancellationToken cancellation) =>
        (await ReadAsync(cancellation)).Totals[reason.Word()];

    /// <summary>The sum of a metric's series that carry a label, such as <c>scope="client"</c>, by <c>/metrics</c>.</summary>
    public async Task<long> SumAsync(string metric, string label, CancellationToken cancellation)
    {
        string text = await _http.GetStringAsync("/metrics", cancellation);
        return text.Split('\n')
            .Where(line => line.StartsWith(metric + "{", StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal))
            .Sum(static line => long.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    /// <summary>Reads the status until it is as expected.</summary>
    /// <exception cref="NotObservedException">It did not become so before <paramref name="deadline"/>.</exception>
    public async Task<ApplicationStatus> UntilAsync(
        string expectation, Func<ApplicationStatus, bool> holds, CancellationToken deadline)
    {
        ApplicationStatus? status = null;
        await UntilAsync(expectation, async () => holds(status = await ReadAsync(deadline)), deadline);
        return status!;
    }

    /// <summary>Reads the status until the node is as expected.</summary>
    /// <exception cref="NotObservedException">It did not become so before <paramref name="deadline"/>.</exception>
    public async Task<NodeStatus> UntilStatusAsync(string expectation, Func<NodeStatus, bool> holds, CancellationToken deadline)
    {
        NodeStatus? status = null;
        await UntilAsync(expectation, async () => holds(status = await StatusAsync(deadline)), deadline);
        return status!;
    }

    private async Task UntilAsync(string expectation, Func<Task<bool>> holdsAsync, CancellationToken deadline)
    {
        try
        {
            while (!await holdsAsync())
            {
                await Task.Delay(Pause, time, deadline);
            }
        }
        catch (OperationCanceledException)
        {
            throw new NotObservedException($"{expectation} was expected of /status in vain.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
