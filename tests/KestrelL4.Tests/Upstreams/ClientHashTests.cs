using System.Net;
using KestrelL4.Upstreams;

namespace KestrelL4.Tests.Upstreams;

public sealed class ClientHashTests
{
    private const int Clients = 20_000;

    private readonly PickScene _scene = new(Balancing.ClientHash, 1, 2, 1, 3);

    [Fact]
    public void Pick_SameClient_GetsTheSameUpstreamWhateverItHolds()
    {
        string picked = Of("alice");
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(picked, _scene.Set.Pick([], new ClientKey("alice"))?.Name);
        }

        Assert.Equal(picked, Of("ALICE"));
        Assert.Equal(picked, _scene.Set.Look(new ClientKey("Alice")).Upstream?.Name);
    }

    // The numbers are written down: what another build, process or machine computes must be the same.
    [Theory]
    [InlineData("alice", 12232140334466595815UL)]
    [InlineData("A.Very_long-name@of-a-client.internal", 6950359157865934241UL)]
    public void Hash_Names_AreTheSameEverywhere(string name, ulong hash) => Assert.Equal(hash, new ClientKey(name).Hash());

    [Fact]
    public void Identity_OfUpstreams_IsTheSameEverywhere()
    {
        Assert.Equal(8884794082646408325UL, new Upstream("DB1", new IPEndPoint(IPAddress.Parse("10.0.0.11"), 5432)).IdentityHash);
        Assert.Equal(15113879287398071430UL, new Upstream("db1", new DnsEndPoint("DB.internal", 5432)).IdentityHash);
        Assert.Equal(11178045078204505026UL, new Upstream("db1", new IPEndPoint(IPAddress.Parse("fd00::1"), 5432)).IdentityHash);
    }

    [Fact]
    public void Pick_OneOrderOrAnother_IsTheSame()
    {
        string[] before = All();

        _scene.Set.Replace([.. _scene.Upstreams.Reverse()]);

        Assert.Equal(before, All());
    }

    [Theory]
    [InlineData('a')]
    [InlineData('d')]
    public void Pick_OneGoes_MovesItsClientsAloneAndSpreadsThem(char gone)
    {
        string[] before = All();

        _scene[gone].IsDraining = true;

        string[] after = All();
        string[] heirs = [.. before.Zip(after).Where(pair => pair.First == gone.ToString()).Select(static pair => pair.Second)];
        Assert.All(before.Zip(after), pair => Assert.True(pair.First == gone.ToString() || pair.First == pair.Second));
        Assert.Equal(3, heirs.Distinct().Count());
        _scene[gone].IsDraining = false;
        Assert.Equal(before, All());
    }

    [Fact]
    public void Pick_WeightRises_MovesClientsToItAlone()
    {
        string[] before = All();

        _scene['a'].Weight = 4;

        string[] after = All();
        int moved = before.Zip(after).Count(static pair => pair.First != pair.Second);
        Assert.All(before.Zip(after), static pair => Assert.True(pair.First == pair.Second || pair.Second == "a"));
        Assert.InRange(moved, Clients * 0.22, Clients * 0.30);
    }

    [Fact]
    public void Pick_AddressOrNameDiffers_IsAnotherUpstream()
    {
        ulong hash = new Upstream("a", new IPEndPoint(IPAddress.Loopback, 1)).IdentityHash;

        Assert.NotEqual(hash, new Upstream("b", new IPEndPoint(IPAddress.Loopback, 1)).IdentityHash);
        Assert.NotEqual(hash, new Upstream("a", new IPEndPoint(IPAddress.Loopback, 2)).IdentityHash);
        Assert.NotEqual(hash, new Upstream("a", new IPEndPoint(IPAddress.Parse("127.0.0.2"), 1)).IdentityHash);
    }

    [Fact]
    public void Hash_NoName_IsByAddressWhateverThePortElseById()
    {
        IPEndPoint peer = new(IPAddress.Parse("192.0.2.1"), 1000);

        Assert.Equal(new ClientKey(null, peer, "x").Hash(), new ClientKey(null, new IPEndPoint(peer.Address, 2000), "y").Hash());
        Assert.Equal(new ClientKey(null, peer).Hash(), new ClientKey(null, new IPEndPoint(peer.Address.MapToIPv6(), 1)).Hash());
        Assert.NotEqual(new ClientKey(null, peer).Hash(), new ClientKey(null, new IPEndPoint(IPAddress.Parse("192.0.2.2"), 1000)).Hash());
        Assert.NotEqual(new ClientKey(null, null, "x").Hash(), new ClientKey(null, null, "y").Hash());
        Assert.Equal(new ClientKey("alice", peer, "x").Hash(), new ClientKey("alice").Hash());
    }

    private string Of(string client)
    {
        Upstream upstream = _scene.Set.Pick([], new ClientKey(client))!;
        _scene.Set.Leave(upstream);
        return upstream.Name;
    }

    private string[] All() => [.. Enumerable.Range(0, Clients).Select(static index => $"client-{index}").Select(Of)];
}
