using KestrelL4.Registry;
using KestrelL4.Server.Agent;
using KestrelL4.Server.Reload;
using KestrelL4.Server.Sources;
using KestrelL4.Tls;

namespace KestrelL4.Server.Tests.Reload;

[Collection(ProcessWide.Name)]
public sealed class AccessInForceTests : IAsyncLifetime
{
    private AccessScene _scene = null!;

    private AccessInForce Access => _scene.Access;

    private ClientTrust Trust => _scene.Parts.Shared.Trust.Current;

    public async Task InitializeAsync() => _scene = await AccessScene.CreateAsync();

    public async Task DisposeAsync() => await _scene.DisposeAsync();

    [Fact]
    public void Use_AuthorityHasGivenNothing_LetsNobodyInAndIsNotKnown()
    {
        Access.Use(_scene.Files, clients: null);

        Assert.Null(Access.Current.Identity);
        Assert.Null(Access.Current.IdentitySource);
        Assert.Null(Access.Current.Registry);
        Assert.False(Access.Current.LetsSomebodyIn(_scene.Time.GetUtcNow()));
        Assert.False(Access.IsKnown);
        Assert.Equal(["main"], Trust.Authorities.Select(static authority => authority.Name));
    }

    [Fact]
    public void Refresh_BeforeTheFirstFiles_DoesNothing()
    {
        _scene.Holding = new Holding { Registry = _scene.RegistryOf(1) };

        Assert.Equal(0, Access.Refresh());
        Assert.Null(Access.Current.Registry);
    }

    [Fact]
    public void Refresh_IdentityThenRegistry_IsKnownWithBoth()
    {
        Access.Use(_scene.Files, clients: null);
        NodeIdentity identity = _scene.IdentityFor(TimeSpan.FromHours(1));

        _scene.Holding = new Holding { Identity = identity, IdentitySource = HoldingSource.Authority };
        Access.Refresh();
        Assert.False(Access.IsKnown);
        _scene.Holding = _scene.Holding with { Registry = _scene.RegistryOf(7) };
        Access.Refresh();

        Assert.True(Access.IsKnown);
        Assert.True(Access.Current.LetsSomebodyIn(_scene.Time.GetUtcNow()));
        Assert.Same(identity, Access.Current.Identity);
        Assert.Equal(("authority", "authority"), (Access.Current.IdentitySource, Access.Current.RegistrySource));
        Assert.Equal(7, Trust.Registry.Revision);
        Assert.Equal(["main", "authority"], Trust.Authorities.Select(static authority => authority.Name));
        Assert.Same(_scene.Age, Trust.Age);
    }

    // It stays unhealthy, not starting: what is there is of no use, and nothing is missing.
    [Fact]
    public void Use_IdentityHasExpired_IsKnownAndLetsNobodyIn()
    {
        _scene.Holding = new Holding { Identity = _scene.IdentityFor(TimeSpan.FromMinutes(1)), IdentitySource = HoldingSource.Cache };
        _scene.Time.Advance(TimeSpan.FromMinutes(2));

        Access.Use(_scene.Files, clients: null);

        Assert.True(Access.IsKnown);
        Assert.True(Access.Current.HasExpired(_scene.Time.GetUtcNow()));
        Assert.False(Access.Current.LetsSomebodyIn(_scene.Time.GetUtcNow()));
    }

    [Fact]
    public void Use_FilesHaveAnIdentityToo_ServesIt()
    {
        NodeIdentity own = _scene.IdentityFor(TimeSpan.FromHours(2));
        _scene.TakeUpAll();

        Access.Use(_scene.Files with { Identity = own }, clients: null);

        Assert.Same(own, Access.Current.Identity);
        Assert.Equal(("file", "authority"), (Access.Current.IdentitySource, Access.Current.RegistrySource));
    }

    // A reload of the configuration must not take back what the authority has said.
    [Fact]
    public void Use_OtherFiles_KeepsTheAuthoritysRegistry()
    {
        _scene.TakeUpAll();

        Access.Use(_scene.Files with { ClientAuthorities = [] }, clients: null);

        Assert.Equal(1, Trust.Registry.Revision);
        Assert.Equal(["authority"], Trust.Authorities.Select(static authority => authority.Name));
    }

    [Fact]
    public void Refresh_CertificateRevoked_IsInForceWhenItReturns()
    {
        _scene.TakeUpAll();

        _scene.Holding = _scene.Holding with { Registry = _scene.RegistryOf(2, "AB") };
        Access.Refresh();

        Assert.Contains(CertificateId.Create("authority", "AB"), Trust.Registry.Revoked);
        Assert.Equal(2, Access.Current.Registry!.Revision);
    }

    [Fact]
    public void Of_NoAuthority_IsAllFromFiles()
    {
        NodeFiles files = _scene.Files with { Identity = _scene.IdentityFor(TimeSpan.FromHours(1)) };

        Access access = Server.Reload.Access.Of(files, new RegistrySnapshot([], revision: 1), held: null);

        Assert.Equal(("file", "file"), (access.IdentitySource, access.RegistrySource));
        Assert.True(access.LetsSomebodyIn(_scene.Time.GetUtcNow()));
    }
}
