using KestrelL4.Registry;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Health;
using KestrelL4.Server.Ports;
using KestrelL4.Server.Reload;
using KestrelL4.Server.Tests.Ports;
using KestrelL4.Server.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server.Tests.Reload;

[Collection(ProcessWide.Name)]
public sealed class AgentUptakeTests : IAsyncLifetime
{
    private AccessScene _scene = null!;
    private NodeListening _listening = null!;
    private AccessPorts _ports = null!;
    private AgentUptake _uptake = null!;

    public async Task InitializeAsync()
    {
        _scene = await AccessScene.CreateAsync();
        _listening = new NodeListening(_scene.Served, new Holder("admin"), PassedSockets.None) { LetsNobodyIn = true };
        _ports = new AccessPorts(_scene.Access, _listening, _scene.Parts);
        ComponentReport report = new(_scene.Health, _scene.Served, _scene.Model, _scene.Access, _scene.Time);
        _uptake = new AgentUptake(_scene.Access, _ports, report, NullLogger<AgentUptake>.Instance);
        NodeConfiguration configuration = _scene.Model.InForce.Configuration;
        await _listening.CommitAsync(await _listening.PrepareAsync([], configuration));
        _scene.Access.Use(_scene.Files, clients: null);
    }

    public async Task DisposeAsync()
    {
        _ports.Dispose();
        _listening.Dispose();
        await _scene.DisposeAsync();
    }

    [Fact]
    public void TakeUp_EverythingCame_TellsAndOpensThePorts()
    {
        _scene.TakeUpAll();

        _uptake.TakeUp();

        Assert.False(_listening.LetsNobodyIn);
        Assert.Equal(ComponentStatus.Healthy, _scene.Health.Registry.State.Status);
        Assert.Equal(ComponentStatus.Healthy, _scene.Health.ClientAuthority("authority").State.Status);
    }

    // A reload holds the gate for as long as a name server keeps it waiting; a revocation must not wait for that.
    [Fact]
    public async Task TakeUp_ChangeOfPortsUnderWay_IsInForceWhenItReturns()
    {
        _scene.TakeUpAll();
        using IDisposable change = await _listening.BeginChangeAsync();

        _scene.Holding = _scene.Holding with { Registry = _scene.RegistryOf(2, "AB") };
        _uptake.TakeUp();

        Assert.Contains(CertificateId.Create("authority", "AB"), _scene.Parts.Shared.Trust.Current.Registry.Revoked);
        Assert.True(_listening.LetsNobodyIn);
    }
}
