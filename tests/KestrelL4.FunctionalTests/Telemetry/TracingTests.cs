using System.Globalization;
using System.Text.Json.Nodes;
using KestrelL4.Testing.Telemetry;

namespace KestrelL4.FunctionalTests.Telemetry;

/// <summary>Each connection is one trace at the collector, with its steps below it and its id in the connection's log line.</summary>
[Collection(OtlpCollection.Name)]
public sealed class TracingTests(OtlpFixture fixture)
{
    [Fact]
    public async Task Connection_SecondUpstreamTaken_IsOneTraceOfHandshakeDialsAndRelay()
    {
        await ServeAsync(new byte[1234]);

        (ReceivedSpan root, IReadOnlyList<ReceivedSpan> steps) = await fixture.Collector.TraceAsync(static span => span["kestrell4.bytes_sent"] == "1234");
        Assert.Equal(["handshake", "dial", "dial", "relay"], steps.Select(static step => step.Name));
        Assert.Equal([SpanKind.Internal, SpanKind.Client, SpanKind.Client, SpanKind.Internal], steps.Select(static step => step.Kind));
        Assert.Equal(("connection", SpanKind.Server), (root.Name, root.Kind));
        Assert.All(steps, step => Assert.Equal(root.TraceId, step.TraceId));
        Assert.All(steps, step => Assert.InRange(step.Began, root.Began, step.Ended));
        Assert.All(steps, step => Assert.InRange(step.Ended, step.Began, root.Ended));
        Assert.Equal([false, true, false, false], steps.Select(static step => step.HasFailed));
        Assert.False(root.HasFailed);
    }

    [Fact]
    public async Task Connection_Served_TellsItsFactsAsAttributes()
    {
        await ServeAsync(new byte[2345]);

        (ReceivedSpan root, IReadOnlyList<ReceivedSpan> steps) = await fixture.Collector.TraceAsync(static span => span["kestrell4.bytes_sent"] == "2345");
        Assert.Equal(("echo", "completed", null), (root["kestrell4.application"], root["kestrell4.close_reason"], root["error.type"]));
        Assert.Equal(("alice", "main", "u2"), (root["kestrell4.client"], root["kestrell4.client_authority"], root["kestrell4.upstream"]));
        Assert.Equal(fixture.Alice.SerialNumber.TrimStart('0'), root["kestrell4.serial_number"]);
        Assert.Equal(("127.0.0.1", "127.0.0.1", "tcp"), (root["client.address"], root["server.address"], root["network.transport"]));
        Assert.Equal(fixture.Node.EndPoint().Port.ToString(CultureInfo.InvariantCulture), root["server.port"]);
        Assert.Equal("true", steps[0]["tls.established"]);
        Assert.Equal(("u1", "refused"), (steps[1]["kestrell4.upstream"], steps[1]["error.type"]));
        Assert.Equal(("127.0.0.1", fixture.RefusingPort.ToString(CultureInfo.InvariantCulture)), (steps[1]["server.address"], steps[1]["server.port"]));
        Assert.Equal(("u2", null), (steps[2]["kestrell4.upstream"], steps[2]["error.type"]));
        Assert.Equal(("2345", "2345"), (steps[3]["kestrell4.bytes_received"], steps[3]["kestrell4.bytes_sent"]));
    }

    [Fact]
    public async Task Connection_Ended_NamesItsTraceInItsLogLine()
    {
        await ServeAsync(new byte[3456]);

        (ReceivedSpan root, _) = await fixture.Collector.TraceAsync(static span => span["kestrell4.bytes_sent"] == "3456");
        string id = root["kestrell4.connection.id"]!;
        string? line = null;
        await Eventually.UntilAsync(
            () => (line = fixture.Node.Process.Lines.FirstOrDefault(text => text.Contains(id, StringComparison.Ordinal))) is not null, "the line is written");
        Assert.Equal(root.TraceId, (string?)JsonNode.Parse(line!)!["State"]!["trace_id"]);
    }

    [Fact]
    public async Task Connection_Refused_IsATraceWithoutDialsAndNobodysError()
    {
        await fixture.Node.RefusesAsync(fixture.Stranger);

        (ReceivedSpan root, IReadOnlyList<ReceivedSpan> steps) =
            await fixture.Collector.TraceAsync(static span => span["kestrell4.close_reason"] == "unknown_client");
        Assert.Equal("handshake", Assert.Single(steps).Name);
        Assert.False(root.HasFailed);
        Assert.Null(root["kestrell4.client"]);
    }

    [Fact]
    public async Task Handshake_Failed_TellsWhy()
    {
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using TlsClient client = await TlsClient.ConnectAsync(fixture.Node.EndPoint(), certificate: null);
            await client.EchoAsync([1]);
        });

        (ReceivedSpan root, IReadOnlyList<ReceivedSpan> steps) =
            await fixture.Collector.TraceAsync(static span => span["kestrell4.close_reason"] == "handshake_failed");
        ReceivedSpan handshake = Assert.Single(steps);
        Assert.Equal(("no_certificate", "no_certificate"), (handshake["error.type"], root["kestrell4.cause"]));
        Assert.Equal("false", handshake["tls.established"]);
    }

    // The request that brings a listener about is traced by the framework, and the listener lives on in it.
    [Fact]
    public async Task Connection_ToAListenerThatAReloadOpened_IsARootAllTheSame()
    {
        await fixture.AddApplicationAsync("late");

        await fixture.Node.RefusesAsync(fixture.Stranger, "late");

        (ReceivedSpan root, _) = await fixture.Collector.TraceAsync(static span => span["kestrell4.application"] == "late");
        Assert.Equal("unknown_client", root["kestrell4.close_reason"]);
    }

    private async Task ServeAsync(byte[] payload)
    {
        await using TlsClient client = await fixture.Node.ConnectAsync(fixture.Alice);
        await client.EchoAsync(payload);
        await client.CompleteSendingAsync();
        await client.ObserveEndAsync();
    }
}
