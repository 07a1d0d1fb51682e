using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.Reload;

/// <summary>Clients that connect without a pause while their grant is withdrawn and given back: none slips through.</summary>
public sealed class WithdrawalHammerTests(ReloadFixture fixture) : ReloadTestBase(fixture), IClassFixture<ReloadFixture>
{
    private const int Withdrawals = 20;
    private const int Clients = 6;

    private readonly ReloadFixture _fixture = fixture;
    private readonly WitnessServer _upstream = new();

    // Odd while the grant is withdrawn and that is in force.
    private int _phase;
    private int _served;
    private int _slipped;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task Grant_WithdrawnAndGivenBackUnderLoad_LetsNoConnectionSurvive()
    {
        TestCertificate bob = _fixture.Client("bob", "hammered");
        await _fixture.ApplyAsync(setup => setup.Application("hammered", _upstream.EndPoint));
        using CancellationTokenSource ended = new();
        Task[] clients = [.. Enumerable.Range(0, Clients).Select(index => Task.Run(() => ConnectAsync(bob, index, ended.Token)))];
        for (int count = 0; count < Withdrawals; count++)
        {
            int served = Volatile.Read(ref _served);
            await Eventually.UntilAsync(() => Volatile.Read(ref _served) > served + Clients, "the clients are served");

            await _fixture.ApplyAsync("Clients:bob:Applications", new JsonArray("steady"));

            Interlocked.Increment(ref _phase);
            FairStopwatch watch = new(Node.Process.Id);
            await Eventually.UntilAsync(() => _upstream.Open == 0, "no connection survives");
            await Eventually.UntilAsync(
                async () => await _fixture.ConnectionsAtAsync("hammered", "u1") == 0, "none is counted at the upstream");
            Assert.InRange(watch.Granted, TimeSpan.Zero, TimeSpan.FromSeconds(1));
            Interlocked.Increment(ref _phase);
            await _fixture.ApplyAsync("Clients:bob:Applications", new JsonArray("steady", "hammered"));
        }

        await ended.CancelAsync();
        await Task.WhenAll(clients);
        Assert.Equal(0, _slipped);
        await Eventually.UntilAsync(() => _upstream.Open == 0, "the last connections end");
        await Eventually.UntilAsync(async () => await _fixture.ConnectionsAtAsync("hammered", "u1") == 0, "nothing is counted any more");
    }

    // Every other client holds its connections until they are cut.
    private async Task ConnectAsync(TestCertificate certificate, int index, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            int phase = Volatile.Read(ref _phase);
            try
            {
                await using TlsClient client = await Node.HoldAsync(certificate, "hammered");
                Interlocked.Increment(ref _served);
                if (phase % 2 == 1 && Volatile.Read(ref _phase) == phase)
                {
                    Interlocked.Increment(ref _slipped);
                }

                if (index % 2 == 0)
                {
                    await client.Stream.ReadExactlyAsync(new byte[1], ended);
                }
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                // Refused, cut, or the end of the test.
            }
        }
    }
}
