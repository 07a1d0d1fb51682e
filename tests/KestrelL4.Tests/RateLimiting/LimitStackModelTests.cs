using KestrelL4.RateLimiting;
using KestrelL4.RateLimiting.Waiting;
using KestrelL4.Testing.Fuzzing;

namespace KestrelL4.Tests.RateLimiting;

/// <summary>What holds after every step of any sequence of arrivals, ends, changes and time.</summary>
public sealed class LimitStackModelTests
{
    private const int Rounds = 300;
    private const int Steps = 200;

    [Fact]
    public void Acquire_AnySequence_KeepsEveryNumberAndForgetsNobody() => Fuzz.Run(Rounds, static random =>
    {
        Model model = new(random);
        for (int step = 0; step < Steps; step++)
        {
            model.Step();
            model.AssertHolds();
        }

        model.End();
    });

    /// <summary>Limits, and by hand who is in them and when each was admitted.</summary>
    private sealed class Model
    {
        // As exactly as it is known when somebody was admitted while time passed.
        private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

        private readonly FakeTime _time = new();
        private readonly Random _random;
        private readonly Limit[] _limits;
        private readonly Dictionary<Limit, List<long>> _admitted;
        private readonly List<(LimitLease Lease, Limit[] Of)> _held = [];
        private readonly List<(LimitTurn Turn, Limit[] Of, long Since)> _waiting = [];
        private string _did = "";

        public Model(Random random)
        {
            _random = random;
            _limits = [.. Enumerable.Range(0, random.Next(1, 5)).Select(index => new Limit((RateLimitScope)(index % 4), Numbers(), _time))];
            _admitted = _limits.ToDictionary(static limit => limit, static _ => new List<long>());
        }

        public void Step()
        {
            switch (_random.Next(10))
            {
                case < 2:
                    Arrive(Some());
                    break;
                case < 5:
                    ArriveAndWait(Some());
                    break;
                case < 7 when _held.Count > 0:
                    Leave(_random.Next(_held.Count));
                    break;
                case 7 when _waiting.Count > 0:
                    _did = "gave up";
                    lock (Limit.Gate)
                    {
                        _waiting[_random.Next(_waiting.Count)].Turn.GiveUp();
                    }

                    break;
                case 8:
                    Change(_limits[_random.Next(_limits.Length)]);
                    break;
                default:
                    Pass(_random.Next(250) * Tick);
                    break;
            }

            Settle();
        }

        public void AssertHolds()
        {
            foreach (Limit limit in _limits)
            {
                int held = _held.Count(each => each.Of.Contains(limit));
                Assert.True(held == limit.Held, $"{_did}: a limit counts {limit.Held} where {held} are held");
            }

            Assert.Equal(_waiting.Count, _limits.Sum(static limit => limit.Waiting));

            // Whoever came before all others who wait has nobody before it: only a limit without room may hold it back, and that one has time left.
            if (_waiting.FirstOrDefault() is { Of: { } first } longest)
            {
                Assert.True(Array.Exists(first, static limit => !limit.HasRoom), $"{_did}: the first waits though there is room in all its limits");
                Assert.True(
                    first.Max(static limit => limit.Numbers.WaitUpTo) > _time.GetElapsedTime(longest.Since), $"{_did}: the first waits for longer than it may anywhere");
            }
        }

        public void End()
        {
            while (_held.Count > 0)
            {
                Leave(0);
                Settle();
                AssertHolds();
            }

            // A window may hold some back for as long as they may wait.
            for (int second = 0; second < 30 && _waiting.Count + _held.Count > 0; second++)
            {
                Pass(TimeSpan.FromSeconds(1));
                AssertHolds();
                while (_held.Count > 0)
                {
                    Leave(0);
                    Settle();
                }
            }

            Assert.Empty(_waiting);
            Assert.All(_limits, static limit => Assert.Equal((0, 0), (limit.Held, limit.Waiting)));
            _time.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(0, _time.ArmedTimers);
            Assert.All(_limits, static limit => Assert.True(limit.IsIdle));
        }

        private void Arrive(Limit[] limits)
        {
            _did = "arrived";
            LimitLease lease = new LimitStack(limits).Acquire();
            if (lease.IsAcquired)
            {
                Admit(lease, limits);
            }
            else
            {
                Assert.Contains(limits, limit => limit.Scope == lease.RefusedBy && (!limit.HasRoom || limit.Waiting > 0));
            }
        }

        private void ArriveAndWait(Limit[] limits)
        {
            // As AcquireAsync does it, whose callers hear of the end a moment later.
            _did = "arrived to wait";
            lock (Limit.Gate)
            {
                Array.ForEach(limits, static limit => limit.Serve());
                _waiting.Add((new LimitTurn(new LimitStack(limits)), limits, _time.GetTimestamp()));
            }
        }

        private void Change(Limit limit)
        {
            _did = "changed";
            _admitted[limit].Clear();
            limit.Numbers = Numbers();
        }

        private void Pass(TimeSpan span)
        {
            _did = "time passed";
            for (; span > TimeSpan.Zero; span -= Tick)
            {
                _time.Advance(Tick);
                Settle();
            }
        }

        private void Leave(int index)
        {
            _did = "left";
            LimitLease lease = _held[index].Lease;
            _held.RemoveAt(index);
            lease.Dispose();
        }

        private void Admit(LimitLease lease, Limit[] limits)
        {
            _held.Add((lease, limits));
            long now = _time.GetTimestamp();
            foreach (Limit limit in limits)
            {
                _admitted[limit].Add(now);
                int recent = _admitted[limit].Count(moment => _time.GetElapsedTime(moment) < limit.Numbers.Window - Tick);
                Assert.True(recent <= (limit.Numbers.ConnectionsPerWindow ?? int.MaxValue), $"{_did}: {recent} were admitted in one window");
                Assert.True(limit.Held <= (limit.Numbers.MaxConcurrentConnections ?? int.MaxValue), $"{_did}: {limit.Held} are held at once");
            }
        }

        private void Settle()
        {
            foreach ((LimitTurn turn, Limit[] limits, _) in _waiting.Where(static each => each.Turn.Ended.IsCompleted))
            {
                LimitLease lease = turn.Ended.GetAwaiter().GetResult();
                if (lease.IsAcquired)
                {
                    Admit(lease, limits);
                }
            }

            _waiting.RemoveAll(static each => each.Turn.Ended.IsCompleted);
        }

        private Limit[] Some() => [.. _limits.Where(_ => _random.Next(2) == 0).DefaultIfEmpty(_limits[0])];

        private RateLimit Numbers() => new()
        {
            MaxConcurrentConnections = _random.Next(3) == 0 ? null : _random.Next(1, 5),
            ConnectionsPerWindow = _random.Next(2) == 0 ? null : _random.Next(1, 5),
            Window = TimeSpan.FromMilliseconds(_random.Next(1, 3_000)),
            WaitUpTo = _random.Next(3) == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(_random.Next(1, 5_000)),
        };
    }
}
