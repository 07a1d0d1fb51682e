using System.Net;
using KestrelL4.Upstreams;

namespace KestrelL4.Tests.Upstreams;

/// <summary>Upstreams named after the alphabet and a set that picks among them by one policy, with virtual time.</summary>
internal sealed class PickScene
{
    public PickScene(Balancing balancing, params int[] weights)
        : this(new ApplicationSettings { Balancing = balancing }, weights)
    {
    }

    public PickScene(ApplicationSettings settings, params int[] weights)
    {
        Upstreams = [.. weights.Select(static (weight, index) => Make((char)('a' + index), weight))];
        Set = new UpstreamSet(Upstreams, Time, PickRules.Of(settings));
    }

    public FakeTime Time { get; } = new();

    public Upstream[] Upstreams { get; }

    public UpstreamSet Set { get; }

    public Upstream this[char name] => Upstreams[name - 'a'];

    public static Upstream Make(char name, int weight = 1) =>
        new(name.ToString(), new IPEndPoint(IPAddress.Loopback, 1 + name - 'a')) { Weight = weight };

    /// <summary>The names of the upstreams that connections of different clients get which end at once.</summary>
    public string Passing(int count) => string.Concat(Enumerable.Range(0, count).Select(index =>
    {
        Upstream upstream = Set.Pick([], Client(index))!;
        Set.Leave(upstream);
        return upstream.Name;
    }));

    /// <summary>How many connections of different clients each upstream gets, one after the other.</summary>
    public int[] Counts(int count)
    {
        string picks = Passing(count);
        return [.. Upstreams.Select(upstream => picks.Count(pick => pick == upstream.Name[0]))];
    }

    public static ClientKey Client(int index) => new($"client-{index}");
}
