using System.Net;
using KestrelL4.Server.Probing;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace KestrelL4.Server.YarpBinding;

/// <summary>Makes the probes that YARP's schedule asks for: spread over time, bounded in number, one at a time for each upstream.</summary>
/// <remarks>It throws nothing but what ends it, for a probe that throws must not be taken for an upstream that is down.</remarks>
internal sealed partial class ProbeHandler : HttpMessageHandler, IForwarderHttpClientFactory
{
    // So many sockets at most; a thousand upstreams that let every probe time out do not hold up the others.
    private const int MostAtOnce = 1000;

    private readonly HttpMessageInvoker _client;
    private readonly SemaphoreSlim _places = new(MostAtOnce);
    private readonly CancellationTokenSource _ended = new();
    private readonly Prober _prober;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private string? _defect;

    /// <summary>Makes one for all applications.</summary>
    public ProbeHandler(TimeProvider time, ILogger<ProbeHandler> logger)
    {
        _prober = new Prober(time);
        _time = time;
        _logger = logger;
        _client = new HttpMessageInvoker(this, disposeHandler: false);
    }

    /// <summary>The share of an interval over which the probes of one round are spread.</summary>
    public static double Jitter => 0.1;

    /// <inheritdoc/>
    public HttpMessageInvoker CreateClient(ForwarderHttpClientContext context) => _client;

    /// <summary>Ends every probe under way; they tell nothing.</summary>
    public void End() => _ended.Cancel();

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request is not ProbeRequest probe)
        {
            return new HttpResponseMessage(HttpStatusCode.NoContent);
        }

        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token, cancellationToken);
        await SpreadAsync(probe, either.Token).ConfigureAwait(false);
        if (!probe.Upstream.TryBeginProbe())
        {
            return new HttpResponseMessage(HttpStatusCode.NoContent);
        }

        try
        {
            return new ProbeResponse(probe, await ProbeAsync(probe, either.Token).ConfigureAwait(false));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            TellOnce(exception);
            return new ProbeResponse(probe, new ProbeResult(ProbeOutcome.Unknown));
        }
        finally
        {
            probe.Upstream.EndProbe();
        }
    }

    // Before its turn: a probe that waits long, since its interval is long, must not keep out one that a reload has asked for since.
    private Task SpreadAsync(ProbeRequest probe, CancellationToken ending) => probe.Upstream.HasAnswered
        ? Task.Delay(TimerBounds.Bound(probe.Check.Interval) * Jitter * Random.Shared.NextDouble(), _time, ending)

        // The first one tells whether the node may take traffic.
        : Task.CompletedTask;

    private async Task<ProbeResult> ProbeAsync(ProbeRequest probe, CancellationToken ending)
    {
        await _places.WaitAsync(ending).ConfigureAwait(false);
        try
        {
            return await _prober.ProbeAsync(probe.Upstream.Upstream, probe.Check, probe.Header, ending).ConfigureAwait(false);
        }
        finally
        {
            _places.Release();
        }
    }

    // Every probe may meet the same one.
    private void TellOnce(Exception exception)
    {
        if (Interlocked.Exchange(ref _defect, exception.Message) != exception.Message)
        {
            Failed(_logger, exception);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Probing failed, which is a defect to report")]
    private static partial void Failed(ILogger logger, Exception exception);
}
