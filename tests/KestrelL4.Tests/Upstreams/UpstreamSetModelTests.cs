using KestrelL4.Testing.Fuzzing;
using KestrelL4.Upstreams;

namespace KestrelL4.Tests.Upstreams;

/// <summary>What holds after every step of any sequence of picks, waits, ends and changes.</summary>
public sealed class UpstreamSetModelTests
{
    private const int Rounds = 300;
    private const int Steps = 200;

    [Theory]
    [InlineData(Balancing.LeastConnections)]
    [InlineData(Balancing.RoundRobin)]
    [InlineData(Balancing.PowerOfTwoChoices)]
    [InlineData(Balancing.ClientHash)]
    public void Pick_AnySequence_IsWhatTheRulesSay(Balancing balancing) => Fuzz.Run(Rounds, random =>
    {
        Model model = new(balancing, random);
        for (int step = 0; step < Steps; step++)
        {
            model.Step();
            model.AssertHolds();
        }

        model.End();
    });

    /// <summary>The set, and by hand what it should hold.</summary>
    private sealed class Model
    {
        private readonly PickScene _scene;
        private readonly Random _random;
        private readonly Balancing _balancing;
        private readonly Dictionary<Upstream, int> _active = [];
        private readonly List<(Waiter Waiter, Upstream[] Tried)> _waiting = [];
        private string _did = "";

        public Model(Balancing balancing, Random random)
        {
            _scene = new PickScene(balancing, [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(4))]);
            _random = random;
            _balancing = balancing;
            Array.ForEach(_scene.Upstreams, upstream => _active[upstream] = 0);
        }

        public void Step()
        {
            Upstream one = Any(_scene.Upstreams);
            _did = $"step on {one.Name}";
            switch (_random.Next(12))
            {
                case < 4:
                    Pick();
                    break;
                case < 7:
                    Leave();
                    break;
                case 7:
                    Upstream[] tried = Some();
                    _waiting.Add((_scene.Set.Wait(tried, Client()), tried));
                    break;
                case 8 when _waiting.Count > 0:
                    Any(_waiting).Waiter.GiveUp();
                    break;
                case 8:
                    one.IsBackup = !one.IsBackup;
                    break;
                case 9:
                    _scene.Set.Report(one, (UpstreamHealth)_random.Next(Enum.GetValues<UpstreamHealth>().Length), "modelled");
                    break;
                case 10:
                    one.MaxConnections = _random.Next(3) == 0 ? null : _random.Next(1, 5);
                    break;
                default:
                    Change(one);
                    break;
            }

            Settle();
        }

        public void AssertHolds()
        {
            foreach ((Upstream upstream, int active) in _active)
            {
                Assert.True(active == upstream.ActiveConnections, $"{_did}: {upstream.Name} counts {upstream.ActiveConnections} where {active} are held");
            }

            Assert.Equal(_waiting.Count, _scene.Set.Waiting);
            foreach ((_, Upstream[] tried) in _waiting)
            {
                Assert.True(Offered(tried).Length == 0, $"{_did}: one waits though {string.Join(',', Offered(tried).Select(static each => each.Name))} would take it");
                Assert.True(HasHope(tried), $"{_did}: one waits for what cannot come");
            }
        }

        public void End()
        {
            while (_waiting.Count > 0)
            {
                _waiting[0].Waiter.GiveUp();
                Settle();
            }

            while (_active.Values.Any(static count => count > 0))
            {
                Leave();
            }

            AssertHolds();
            Assert.All(_scene.Upstreams, static upstream => Assert.Equal(0, upstream.ActiveConnections));
        }

        private void Pick()
        {
            Upstream[] tried = Some();
            Upstream[] offered = Offered(tried);
            Upstream? picked = _scene.Set.Pick(tried, Client());
            _did = $"picked {picked?.Name}";
            if (picked is null)
            {
                Assert.Empty(offered);
                return;
            }

            Assert.Contains(picked, offered);
            if (_balancing == Balancing.LeastConnections)
            {
                double least = offered.Min(each => (double)_active[each] / each.Weight);
                Assert.True((double)_active[picked] / picked.Weight <= least + 1e-9, $"{picked.Name} was not the least loaded");
            }

            _active[picked]++;
        }

        private void Leave()
        {
            Upstream[] held = [.. _active.Where(static entry => entry.Value > 0).Select(static entry => entry.Key)];
            if (held.Length > 0)
            {
                Upstream upstream = Any(held);
                _did = $"left {upstream.Name}";
                _active[upstream]--;
                _scene.Set.Leave(upstream);
                Settle();
            }
        }

        private void Change(Upstream one)
        {
            switch (_random.Next(4))
            {
                case 0:
                    one.IsDraining = !one.IsDraining;
                    break;
                case 1:
                    one.Weight = _random.Next(4);
                    break;
                case 2:
                    _scene.Set.Replace(_random.Next(2) == 0 ? _scene.Upstreams : Some());
                    break;
                default:
                    _scene.Set.Change(() =>
                    {
                        one.IsDraining = true;
                        one.MaxConnections = 1;
                        one.IsDraining = false;
                    });
                    break;
            }
        }

        // Those whose wait ended have a place, which is counted, or none.
        private void Settle()
        {
            foreach ((Waiter waiter, _) in _waiting.Where(static each => each.Waiter.Place.IsCompleted))
            {
                if (waiter.Place.GetAwaiter().GetResult() is { } place)
                {
                    _active[place]++;
                }
            }

            _waiting.RemoveAll(static each => each.Waiter.Place.IsCompleted);
        }

        private Upstream[] Offered(Upstream[] tried)
        {
            Upstream[] able = [.. _scene.Set.All.Except(tried).Where(each => MightTake(each) && _active[each] < (each.MaxConnections ?? int.MaxValue))];
            return Array.FindAll(able, static each => !each.IsBackup) is { Length: > 0 } first ? first : able;
        }

        private bool HasHope(Upstream[] tried) =>
            _scene.Set.All.Except(tried).Any(each => MightTake(each) && _active[each] >= (each.MaxConnections ?? int.MaxValue));

        private static bool MightTake(Upstream upstream) => upstream is { Weight: > 0, IsDraining: false, Health: UpstreamHealth.Healthy };

        private ClientKey Client() => PickScene.Client(_random.Next(5));

        private Upstream[] Some() => _random.Next(3) > 0 ? [] : [.. _scene.Upstreams.Where(_ => _random.Next(3) == 0)];

        private T Any<T>(IReadOnlyList<T> all) => all[_random.Next(all.Count)];
    }
}
