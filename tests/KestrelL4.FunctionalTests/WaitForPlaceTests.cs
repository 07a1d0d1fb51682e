using System.Diagnostics;

namespace KestrelL4.FunctionalTests;

/// <summary>A connection that a limit would refuse waits for a place: in order, not too many, not too long.</summary>
public sealed class WaitForPlaceTests(WaitForPlaceFixture fixture) : IClassFixture<WaitForPlaceFixture>
{
    [Fact]
    public async Task Full_AsManyWaitAsTheLimit_AreServedInOrderOfArrival()
    {
        TlsClient one = await Node.HoldAsync(fixture.Alice, "patient");
        TlsClient two = await Node.HoldAsync(fixture.Alice, "patient");
        await using TlsClient first = await JoinAsync(1);
        await using TlsClient second = await JoinAsync(2);
        Task<byte[]> firstServed = first.EchoAsync([1]);
        Task<byte[]> secondServed = second.EchoAsync([2]);

        await Node.RefusesAsync(fixture.Alice, "patient");
        await one.DisposeAsync();

        Assert.Equal([1], await firstServed);
        Assert.False(secondServed.IsCompleted);
        Assert.Equal(1, await WaitingAsync());
        await two.DisposeAsync();
        Assert.Equal([2], await secondServed);
    }

    [Fact]
    public async Task Full_NobodyLeavesInTime_IsRefusedThen()
    {
        await using TlsClient held = await Node.HoldAsync(fixture.Alice, "hasty");
        MetricWatch limited = await Node.WatchAsync("kestrell4_rate_limited_total", ("application", "hasty"), ("scope", "client_application"));
        long begin = Stopwatch.GetTimestamp();

        await Node.RefusesAsync(fixture.Alice, "hasty");

        Assert.InRange(Stopwatch.GetElapsedTime(begin), TimeSpan.FromSeconds(1), Eventually.DefaultDeadline);
        await limited.RoseByAsync(1);
    }

    [Fact]
    public async Task WindowSpent_WaitsUntilItSlides()
    {
        await using TlsClient first = await Node.HoldAsync(fixture.Alice, "windowed");
        long begin = Stopwatch.GetTimestamp();

        await using TlsClient second = await Node.HoldAsync(fixture.Alice, "windowed");

        Assert.InRange(Stopwatch.GetElapsedTime(begin), TimeSpan.FromSeconds(0.5), Eventually.DefaultDeadline);
    }

    [Fact]
    public async Task Waiting_ClientGoes_LeavesThePlaceToTheNext()
    {
        TlsClient one = await Node.HoldAsync(fixture.Alice, "patient");
        await using TlsClient two = await Node.HoldAsync(fixture.Alice, "patient");
        MetricWatch aborted = await Node.WatchReasonAsync("client_aborted");
        TlsClient silent = await JoinAsync(1);
        silent.Reset();
        await aborted.RoseByAsync(1);
        TlsClient spoken = await JoinAsync(1);
        await spoken.SendAsync(new byte[1000]);
        spoken.Reset();
        await aborted.RoseByAsync(2);

        Assert.Equal(0, await WaitingAsync());
        await using TlsClient last = await JoinAsync(1);
        Task<byte[]> served = last.EchoAsync([3]);
        await one.DisposeAsync();
        Assert.Equal([3], await served);
    }

    private TestNode Node => fixture.Node;

    private async Task<TlsClient> JoinAsync(int waiting)
    {
        TlsClient client = await Node.ConnectAsync(fixture.Alice, "patient");
        await Eventually.UntilAsync(async () => await WaitingAsync() == waiting, $"{waiting} wait");
        return client;
    }

    private async Task<int> WaitingAsync() => (int)(await Node.StatusAsync())["limits"]!.AsArray()
        .Single(static limit => (string?)limit!["application"] == "patient")!["waiting"]!;
}
