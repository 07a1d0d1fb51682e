using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Authentication;
using Xunit.Abstractions;

namespace KestrelL4.FunctionalTests.Overload;

/// <summary>
/// Silent connections, garbage and one byte a second take up more handshakes than the node may have, and legitimate clients get in
/// all the same, about as fast as without. Quiet and hostile phases take turns, so that both have the machine's good and bad moments.
/// </summary>
public sealed class HostileLoadTests(ITestOutputHelper output)
{
    private const double MostTimesSlower = 3;
    private const int FewestRounds = 3;
    private const int MostRounds = 8;

    private static readonly bool IsMeasuring = Environment.GetEnvironmentVariable("KESTRELL4_MEASURE") == "1";

    // As many handshakes as a node may have by default; or all of it a tenth.
    private static readonly int Handshakes = IsMeasuring ? 1000 : 100;
    private static readonly int Visits = IsMeasuring ? 500 : 80;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(IsMeasuring ? 5 : 1);

    private int _tries;

    [Fact]
    public async Task Connect_AmongHostileClients_TakesAtMostThreeTimesAsLong()
    {
        await using EchoServer upstream = new();
        NodeSetup setup = new NodeSetup().Application("echo", upstream.EndPoint).Set("Accept:MaxConcurrentHandshakes", Handshakes);
        TestCertificate alice = setup.Client("alice", "*");
        await using TestNode node = await setup.StartAsync();
        await VisitAsync(node, alice);
        List<TimeSpan> quiet = [];
        List<TimeSpan> hostile = [];
        int rounds = 0;
        int attacks = 0;
        do
        {
            quiet.AddRange(await VisitAsync(node, alice));
            await using (HostileCrowd crowd = new(node.EndPoint(), 2 * Handshakes, Handshakes / 2, Handshakes / 2, Pause))
            {
                // They have all places and are held to them: from now on it is about whom the node takes these from.
                await Eventually.UntilAsync(async () => await OpenAsync(node) >= Handshakes, "the crowd has taken every place");
                await using (await node.HoldEventuallyAsync(alice))
                {
                    hostile.AddRange(await VisitAsync(node, alice));
                }

                Assert.InRange(await OpenAsync(node), Handshakes * 0.9, double.MaxValue);
                attacks += crowd.Connections;
            }

            await Eventually.UntilAsync(async () => await OpenAsync(node) == 0, "the crowd is gone");
        }
        while (++rounds < FewestRounds || (rounds < MostRounds && Slowness() > MostTimesSlower));

        string seen = $"quiet p50 {At(quiet, 0.5):0.0} ms, p99 {At(quiet, 0.99):0.0} ms; among {attacks} hostile connections "
            + $"p50 {At(hostile, 0.5):0.0} ms, p99 {At(hostile, 0.99):0.0} ms; {hostile.Count} visits each, {rounds} rounds, {_tries} refused and tried again";
        output.WriteLine(seen);
        Assert.True(Slowness() <= MostTimesSlower, seen);
        Assert.False(node.Process.HasExited);

        double Slowness() => At(hostile, 0.99) / At(quiet, 0.99);
    }

    private static double At(List<TimeSpan> visits, double share) => visits.Order().ElementAt((int)(share * visits.Count)).TotalMilliseconds;

    private static async Task<double> OpenAsync(TestNode node) => (await node.MetricsAsync()).Sum("kestrell4_connections_active");

    /// <summary>How long each visit takes, from connecting to the first byte back; one that is refused tries again, and its time goes on.</summary>
    private async Task<List<TimeSpan>> VisitAsync(TestNode node, TestCertificate certificate)
    {
        List<TimeSpan> visits = [];
        while (visits.Count < Visits)
        {
            long began = Stopwatch.GetTimestamp();
            while (!await TryVisitAsync(node, certificate))
            {
                _tries++;
            }

            visits.Add(Stopwatch.GetElapsedTime(began));
        }

        return visits;
    }

    private static async Task<bool> TryVisitAsync(TestNode node, TestCertificate certificate)
    {
        try
        {
            await using TlsClient client = await node.HoldAsync(certificate);
            return true;
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException or SocketException)
        {
            return false;
        }
    }
}
