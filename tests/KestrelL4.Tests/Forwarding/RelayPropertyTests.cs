using System.Net.Sockets;
using KestrelL4.Testing.Fuzzing;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Tests.Forwarding;

/// <summary>What holds for every order in which two sides write, end and break.</summary>
public sealed class RelayPropertyTests
{
    private const int Rounds = 100;

    [Theory]
    [InlineData(null)]
    [InlineData(TlsEngine.Stream)]
    [InlineData(TlsEngine.Direct)]
    public async Task SubmitAsync_RandomSides_DeliversPrefixesAndWholesWhenBothEndInOrder(TlsEngine? tls)
    {
        using ManualServer server = new();
        Application application = Submission.To(TimeProvider.System, new Timeouts(), server.EndPoint);
        int rounds = 0;
        await Fuzz.RunAsync(Rounds, async random =>
        {
            rounds++;
            if (tls is { } engine)
            {
                await using TlsEnds ends = await TlsEnds.CreateAsync(engine);
                await RunAsync(application, new TlsWire(ends.Client), application.SubmitAsync(ends.End), server, random);
            }
            else
            {
                using Submission submission = await Submission.StartAsync(application);
                await RunAsync(application, new SocketWire(submission.Client), submission.EndAsync(), server, random);
            }
        });

        Assert.Equal(0, application.Connections.Count);
        Assert.Equal(0, Assert.Single(application.Upstreams).ActiveConnections);
        Assert.Equal(rounds, Enum.GetValues<CloseReason>().Sum(application.Counters.ConnectionsEnded));
    }

    private static async Task RunAsync(Application application, PeerWire client, Task<CloseReason> ended, ManualServer server, Random random)
    {
        using Socket upstream = await server.AcceptAsync();
        long received = application.Counters.BytesReceived;
        Side near = new(client, new Random(random.Next()), mayReset: random.Next(3) == 0);
        Side far = new(new SocketWire(upstream), new Random(random.Next()), mayReset: random.Next(3) == 0);

        try
        {
            await Task.WhenAll(near.PlayAsync(), far.PlayAsync()).WaitAsync(Eventually.DefaultDeadline);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Both sides do not end, while the relay is {ended.Status}: near {near} far {far}");
        }

        CloseReason reason = await Eventually.WithinAsync(ended, $"the connection ends: near {near} far {far}");

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

    /// <summary>One peer: writes pieces of the pattern, may break, else ends; reads all along, now and then slowly.</summary>
    private sealed class Side(PeerWire wire, Random random, bool mayReset)
    {
        private bool _isWriting = true;

        public int Sent { get; private set; }

        public int Received { get; private set; }

        public PeerEnd End { get; private set; }

        public bool HasEnded { get; private set; }

        public bool HasReset { get; private set; }

        /// <summary>Whether its reads tell of a reset: the kernel tells once, and a write may have been told first.</summary>
        public bool SeesResets { get; private set; } = !mayReset;

        public override string ToString() => $"sent {Sent} received {Received} end {End} ended {HasEnded} reset {HasReset} writing {_isWriting}";

        public async Task PlayAsync()
        {
            // Some so little that what they do not read soon stays with the relay.
            wire.Socket.ReceiveBufferSize = random.Next(2) == 0 ? 128 * 1024 : 1024 * 1024;
            Task reading = ReadAsync();
            try
            {
                await WriteAsync();
                _isWriting = false;
            }
            catch (Exception exception) when (PeerWire.IsBroken(exception))
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
                await wire.SendAsync(piece);
                if (random.Next(2) == 0)
                {
                    await Task.Yield();
                }
            }

            if (!mayReset || random.Next(2) == 0)
            {
                HasEnded = true;
                await wire.EndAsync();
            }

            if (mayReset)
            {
                HasReset = true;
                wire.Socket.Reset();
            }
        }

        private async Task ReadAsync()
        {
            byte[] buffer = new byte[64 * 1024];
            try
            {
                int count;
                while ((count = await wire.ReceiveAsync(buffer)) > 0)
                {
                    for (int i = 0; i < count; i++)
                    {
                        if (buffer[i] != Wire.At(Received + i))
                        {
                            throw new InvalidOperationException($"byte {Received + i} is not the one that was sent");
                        }
                    }

                    Received += count;
                    for (int stall = random.Next(20) == 0 ? random.Next(300) : 0; stall > 0; stall--)
                    {
                        await Task.Yield();
                    }
                }

                End = PeerEnd.Fin;
            }
            catch (Exception exception) when (PeerWire.IsBroken(exception))
            {
                End = PeerEnd.Reset;
            }
        }
    }
}
