using System.Net.Sockets;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Tests.Forwarding;

/// <summary>What holds for every order in which two sides write, end and break.</summary>
public sealed class RelayPropertyTests
{
    private const int Runs = 300;

    [Fact]
    public async Task SubmitAsync_RandomSides_DeliversPrefixesAndWholesWhenBothEndInOrder()
    {
        using ManualServer server = new();
        Application application = Submission.To(TimeProvider.System, new Timeouts(), server.EndPoint);
        for (int run = 0; run < Runs; run++)
        {
            int seed = Random.Shared.Next();
            try
            {
                await RunAsync(application, server, new Random(seed));
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"run {run}, seed {seed}: {exception.Message}", exception);
            }
        }

        Assert.Equal(0, application.Connections.Count);
        Assert.Equal(0, Assert.Single(application.Upstreams).ActiveConnections);
        Assert.Equal(Runs, Enum.GetValues<CloseReason>().Sum(application.Counters.ConnectionsEnded));
    }

    private static async Task RunAsync(Application application, ManualServer server, Random random)
    {
        using Submission submission = await Submission.StartAsync(application);
        using Socket upstream = await server.AcceptAsync();
        long received = application.Counters.BytesReceived;
        Side near = new(submission.Client, new Random(random.Next()), mayReset: random.Next(3) == 0);
        Side far = new(upstream, new Random(random.Next()), mayReset: random.Next(3) == 0);

        await Task.WhenAll(near.PlayAsync(), far.PlayAsync()).WaitAsync(Eventually.DefaultDeadline);
        CloseReason reason = await submission.EndAsync();

        if (reason == CloseReason.UpstreamConnectFailed)
        {
            // It was reset before the dial had looked: the client is refused, and refusals end in order.
            Assert.True(far.HasReset && near.Received == 0, $"a refusal with bytes: near {near} far {far}");
            return;
        }

        Assert.True(far.Received <= near.Sent && near.Received <= far.Sent, "more was delivered than sent");
        if (!near.HasReset && !far.HasReset)
        {
            Assert.Equal(CloseReason.Completed, reason);
            Assert.Equal((near.Sent, far.Sent), (far.Received, near.Received));
            Assert.Equal((PeerEnd.Fin, PeerEnd.Fin), (near.End, far.End));
            Assert.Equal(near.Sent, application.Counters.BytesReceived - received);
        }

        // A side that broke before it had said goodbye must never look like one that did.
        Assert.False(near is { HasReset: true, HasEnded: false } && far is { SeesResets: true, End: PeerEnd.Fin }, $"the client's reset became an end: {reason} near {near} far {far}");
        Assert.False(far is { HasReset: true, HasEnded: false } && near is { SeesResets: true, End: PeerEnd.Fin }, $"the upstream's reset became an end: {reason} near {near} far {far}");
    }

    /// <summary>One peer: writes pieces of the pattern, may break, else ends; reads all along.</summary>
    private sealed class Side(Socket socket, Random random, bool mayReset)
    {
        public int Sent { get; private set; }

        public int Received { get; private set; }

        public PeerEnd End { get; private set; }

        public bool HasEnded { get; private set; }

        public bool HasReset { get; private set; }

        /// <summary>Whether its reads tell of a reset: the kernel tells once, and a write may have been told first.</summary>
        public bool SeesResets { get; private set; } = !mayReset;

        public override string ToString() => $"sent {Sent} received {Received} end {End} ended {HasEnded} reset {HasReset}";

        public async Task PlayAsync()
        {
            Task reading = ReadAsync();
            try
            {
                await WriteAsync();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // The other side broke.
                SeesResets = false;
            }

            await reading;
        }

        private async Task WriteAsync()
        {
            for (int pieces = random.Next(6); pieces > 0; pieces--)
            {
                byte[] piece = Wire.Pattern(random.Next(1, random.Next(2) == 0 ? 100 : 200_000), Sent);
                Sent += piece.Length;
                await socket.SendAllAsync(piece);
                if (random.Next(2) == 0)
                {
                    await Task.Yield();
                }
            }

            if (!mayReset || random.Next(2) == 0)
            {
                HasEnded = true;
                socket.Shutdown(SocketShutdown.Send);
            }

            if (mayReset)
            {
                HasReset = true;
                socket.Reset();
            }
        }

        private async Task ReadAsync()
        {
            byte[] buffer = new byte[64 * 1024];
            try
            {
                int count;
                while ((count = await socket.ReceiveAsync(buffer)) > 0)
                {
                    for (int i = 0; i < count; i++)
                    {
                        if (buffer[i] != Wire.At(Received + i))
                        {
                            throw new InvalidOperationException($"byte {Received + i} is not the one that was sent");
                        }
                    }

                    Received += count;
                }

                End = PeerEnd.Fin;
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                End = PeerEnd.Reset;
            }
        }
    }
}
