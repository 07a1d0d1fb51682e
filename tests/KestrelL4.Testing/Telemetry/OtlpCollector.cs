using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace KestrelL4.Testing.Telemetry;

/// <summary>A collector on a loopback port of its own that takes OTLP over HTTP and keeps what it was sent.</summary>
public sealed class OtlpCollector : IAsyncDisposable
{
    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();
    private readonly WebApplication _application;
    private IReadOnlyList<ReceivedMeasurement> _measurements = [];
    private IReadOnlyDictionary<string, string> _resource = new Dictionary<string, string>();
    private int _requests;

    private OtlpCollector(RequestDelegate answer, int port)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, port));
        _application = builder.Build();
        _application.Run(async context =>
        {
            using MemoryStream body = new();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            Keep(context.Request.Path, ProtobufMessage.Parse(body.ToArray()));
            await answer(context);
        });
    }

    /// <summary>The variables that send a node's telemetry here, within a fraction of a second.</summary>
    public IReadOnlyDictionary<string, string> Variables => VariablesFor(
        new Uri(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port);

    /// <summary>Every span so far.</summary>
    public IReadOnlyList<ReceivedSpan> Spans => [.. _spans];

    /// <summary>Every series of the latest reading.</summary>
    public IReadOnlyList<ReceivedMeasurement> Measurements => Volatile.Read(ref _measurements);

    /// <summary>Who sent the latest reading.</summary>
    public IReadOnlyDictionary<string, string> Resource => Volatile.Read(ref _resource);

    /// <summary>How often it was sent anything.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Starts one that takes everything.</summary>
    /// <param name="port">The port of one that comes later than its node; 0 = any.</param>
    public static Task<OtlpCollector> StartAsync(int port = 0) => StartAsync(static _ => Task.CompletedTask, port);

    /// <summary>Starts one that answers as the test says.</summary>
    public static async Task<OtlpCollector> StartAsync(RequestDelegate answer, int port = 0)
    {
        OtlpCollector collector = new(answer, port);
        await collector._application.StartAsync();
        return collector;
    }

    /// <summary>The variables that send a node's telemetry to a port of the loopback address, within a fraction of a second.</summary>
    public static IReadOnlyDictionary<string, string> VariablesFor(int port) => new Dictionary<string, string>
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{port}",
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
    };

    /// <summary>Waits until a trace is whole: the root is the last of its spans to be sent.</summary>
    /// <param name="isIt">Tells the root that is meant.</param>
    /// <returns>The root, and what is below it in the order in which it began.</returns>
    public async Task<(ReceivedSpan Root, IReadOnlyList<ReceivedSpan> Steps)> TraceAsync(Predicate<ReceivedSpan> isIt)
    {
        ReceivedSpan? root = null;
        await Eventually.UntilAsync(
            () => Task.FromResult((root = Spans.FirstOrDefault(span => span.ParentId.Length == 0 && isIt(span))) is not null),
            () => $"the collector is sent the trace. It has:\n{string.Join('\n', Spans)}");
        return (root!, [.. Spans.Where(span => span.ParentId == root!.SpanId).OrderBy(static span => span.Began)]);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource atOnce = new(TimeSpan.Zero);
        await _application.StopAsync(atOnce.Token);
        await _application.DisposeAsync();
    }

    private void Keep(string path, ProtobufMessage request)
    {
        Volatile.Write(ref _resource, OtlpAttributes.Of(request.Message(1).Message(1), 1));
        if (path == "/v1/traces")
        {
            ReceivedSpan.Of(request).ToList().ForEach(_spans.Enqueue);
        }
        else if (path == "/v1/metrics")
        {
            Volatile.Write(ref _measurements, [.. ReceivedMeasurement.Of(request)]);
        }

        Interlocked.Increment(ref _requests);
    }
}
