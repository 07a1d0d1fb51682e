using System.Net;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Discovery;
using KestrelL4.Tls;
using KestrelL4.Upstreams;

namespace KestrelL4.Server.Tests.Discovery;

public sealed class UpstreamListTests
{
    private const string Host = "db.internal";

    private static readonly ExpandedName Both = Name("10.0.0.1", "fd00::1");
    private static readonly UpstreamConfiguration Expanded = new() { Address = new DnsEndPoint(Host, 5432), Expand = true, Weight = 3, MaxConnections = 7, Backup = true };
    private static readonly UpstreamConfiguration Fixed = new() { Address = new IPEndPoint(IPAddress.Loopback, 5432) };

    private readonly Application _application = new("postgres", []);
    private readonly UpstreamList _list;

    public UpstreamListTests() => _list = new UpstreamList(_application);

    [Fact]
    public void Use_ExpandedName_EveryAddressIsAnUpstreamWithTheEntrysSettings()
    {
        UpstreamTls tls = new();
        _list.Use(new Dictionary<string, UpstreamConfiguration> { ["db2"] = Expanded }, _ => tls, static _ => Both);

        Assert.Equal(["db2[10.0.0.1]", "db2[fd00::1]"], Names());
        Assert.All(_application.Upstreams, upstream => Assert.Equal(
            (3, 7, true, Host, tls), (upstream.Weight, upstream.MaxConnections, upstream.IsBackup, upstream.Host, upstream.Tls)));
        Assert.Empty(_list.Problems);
    }

    [Fact]
    public void Use_NothingIsKnown_OtherUpstreamsServeAndItIsTold()
    {
        Configure(("db1", Fixed), ("db2", Expanded));

        Assert.Equal(["db1"], Names());
        Assert.Equal(["db2: db.internal: no answer has come yet"], _list.Problems);
    }

    [Fact]
    public void Use_AnswerChanges_ThoseThatStayAreTheSame()
    {
        Configure(("db2", Expanded));
        Assert.True(_list.Use(Host, Both));
        Upstream stays = _application.Upstreams[0];
        stays.IsDraining = true;

        Assert.True(_list.Use(Host, Name("10.0.0.1", "10.0.0.9")));
        IReadOnlyList<Upstream> changed = _application.Upstreams;
        Assert.False(_list.Use(Host, Name("10.0.0.9", "10.0.0.1")));

        Assert.Equal(["db2[10.0.0.1]", "db2[10.0.0.9]"], Names());
        Assert.Same(stays, _application.Upstreams[0]);
        Assert.True(stays.IsDraining);
        Assert.Equal(["db2[fd00::1]"], _application.FormerUpstreams.Select(static upstream => upstream.Name));
        Assert.Same(changed, _application.Upstreams);
    }

    [Fact]
    public void Use_AnswerForANameThatIsNoLongerConfigured_ChangesNothing()
    {
        Configure(("db2", Expanded));
        Configure(("db1", Fixed));

        Assert.False(_list.Use(Host, Both));

        Assert.Equal(["db1"], Names());
    }

    [Fact]
    public void Drain_ConfiguredName_TakesThoseThatComeLaterToo()
    {
        Configure(("db2", Expanded));
        _list.Use(Host, Name("10.0.0.1"));

        _list.Drain("DB2");
        _list.Use(Host, Name("10.0.0.1", "10.0.0.2"));
        Assert.All(_application.Upstreams, static upstream => Assert.True(upstream.IsDraining));

        _list.Undrain("db2");
        _list.Use(Host, Name("10.0.0.2", "10.0.0.3"));
        Assert.All(_list.Of("db2"), static upstream => Assert.False(upstream.IsDraining));
        Assert.Equal(3, _list.Of("db2").Count);
    }

    [Fact]
    public void Drain_OneAddress_LeavesTheOthers()
    {
        Configure(("db2", Expanded));
        _list.Use(Host, Both);

        _list.Drain("db2[fd00::1]");

        Assert.Equal([false, true], _application.Upstreams.Select(static upstream => upstream.IsDraining));
        Assert.True(_list.Knows("db2"));
        Assert.True(_list.Knows("db2[10.0.0.1]"));
        Assert.False(_list.Knows("db2[10.0.0.2]"));
        Assert.False(_list.Knows("db"));
    }

    [Fact]
    public void Use_DrainedTakenOutAndGivenBack_IsInService()
    {
        Configure(("db1", Fixed), ("db2", Expanded));
        _list.Use(Host, Both);
        _list.Drain("db1");
        _list.Drain("db2");

        Configure();
        Configure(("db1", Fixed), ("db2", Expanded));

        Assert.Equal(3, _application.Upstreams.Count);
        Assert.All(_application.Upstreams, static upstream => Assert.False(upstream.IsDraining));
    }

    private static ExpandedName Name(params string[] addresses) => ExpandedName.Of(new([.. addresses.Select(IPAddress.Parse)], null));

    private void Configure(params (string Name, UpstreamConfiguration Settings)[] entries) => _list.Use(
        entries.ToDictionary(static entry => entry.Name, static entry => entry.Settings), static _ => null, static _ => null);

    private string[] Names() => [.. _application.Upstreams.Select(static upstream => upstream.Name)];
}
