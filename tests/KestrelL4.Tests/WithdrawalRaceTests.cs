using System.Collections;
using System.Diagnostics;
using KestrelL4.Tls;

namespace KestrelL4.Tests;

/// <summary>Connections that are judged on many threads while the trust is withdrawn on another.</summary>
public sealed class WithdrawalRaceTests
{
    private const int Threads = 4;
    private const int ConnectionsEach = 8;
    private const int Rounds = 1_000;

    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(2);
    private static readonly ClientTrust Granting = Trusted.Trust(("5F", Trusted.Client("alice", "echo")));
    private static readonly ClientTrust[] Withdrawals =
        [Trusted.Trust(), Trusted.Trust(("5F", Trusted.Client("alice"))), Granting with { Authorities = [] }];

    private readonly Application _application = new("echo", []);
    private readonly TrustInForce _inForce = new(Granting);
    private readonly ClientTrust _granting;

    public WithdrawalRaceTests()
    {
        _granting = Granting with { Authorities = new SlowAuthorities(_inForce) };
        _inForce.Replace(_granting, []);
    }

    [Fact]
    public async Task Replace_WhileConnectionsAreJudged_LeavesNoneOpenThatIsWithdrawn()
    {
        ApplicationConnectionHandler handler = Trusted.Handler(_application, _inForce, TimeProvider.System);
        (ProxiedConnection Connection, CloseReason? Refusal)[] judged = new (ProxiedConnection, CloseReason?)[Threads * ConnectionsEach];
        bool isOver = false;
        using Barrier barrier = new(Threads + 1);
        Task[] judging = [.. Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                while (true)
                {
                    barrier.SignalAndWait();
                    if (Volatile.Read(ref isOver))
                    {
                        return;
                    }

                    for (int i = thread * ConnectionsEach; i < (thread + 1) * ConnectionsEach; i++)
                    {
                        ProxiedConnection connection = Trusted.Open(_application, Trusted.Certificate("5F"));
                        judged[i] = (connection, handler.Admit(connection, out _));
                    }

                    barrier.SignalAndWait();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default))];
        int admitted = 0;
        int refused = 0;
        int slippedBy = 0;
        long begin = Stopwatch.GetTimestamp();
        for (int round = 0; round < Rounds && slippedBy == 0 && Stopwatch.GetElapsedTime(begin) < Enough; round++)
        {
            barrier.SignalAndWait();
            Thread.SpinWait(Random.Shared.Next(20_000));
            _inForce.Replace(Withdrawals[round % Withdrawals.Length], [_application]);
            barrier.SignalAndWait();
            admitted += judged.Count(static each => each.Refusal is null);
            refused += judged.Count(static each => each.Refusal is not null);
            slippedBy += judged.Count(static each => each is { Refusal: null, Connection.CloseReason: null });
            Array.ForEach(judged, static each => each.Connection.Dispose());
            _inForce.Replace(_granting, [_application]);
        }

        Volatile.Write(ref isOver, true);
        barrier.SignalAndWait();
        await Task.WhenAll(judging);
        Assert.Equal(0, slippedBy);
        Assert.True(admitted > 0 && refused > 0, $"the withdrawals never met the judgements: {admitted} admitted, {refused} refused");
    }

    /// <summary>The authority, now and then only once the trust is being replaced: then the withdrawal looks for what the judgement finds.</summary>
    private sealed class SlowAuthorities(TrustInForce inForce) : IReadOnlyList<ClientAuthority>
    {
        private const int MostYields = 200;

        public int Count => 1;

        public ClientAuthority this[int index] => Trusted.Authority;

        public IEnumerator<ClientAuthority> GetEnumerator()
        {
            if (Random.Shared.Next(ConnectionsEach) == 0)
            {
                for (int i = 0; i < MostYields && ReferenceEquals(inForce.Current.Authorities, this); i++)
                {
                    Thread.Yield();
                }
            }

            yield return Trusted.Authority;
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
