using KestrelL4.Server.Draining;
using KestrelL4.Server.Listeners;
using KestrelL4.Server.Ports;
using KestrelL4.Server.Reload;
using KestrelL4.Server.Tests.Ports;
using KestrelL4.Server.Tests.Reload;
using KestrelL4.Server.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server.Tests.Draining;

[Collection(ProcessWide.Name)]
public sealed class DrainsTests
{
    // A reload shows an application that is configured again before it has called its removal off.
    [Fact]
    public async Task Keep_OperatorDrainsItMeanwhile_IsDrainedAllTheSame()
    {
        await using AccessScene scene = await AccessScene.CreateAsync();
        await using ServedApplication application = new(
            "echo", scene.Model.InForce.Configuration.Applications["echo"], scene.Parts);
        scene.Served.All = [application];
        using NodeListening listening = new(scene.Served, new Holder("admin"), PassedSockets.None);
        await listening.PrepareAsync([], scene.Model.InForce.Configuration);
        ComponentReport report = new(scene.Health, scene.Served, scene.Model, scene.Access, scene.Time);
        Drains drains = new(scene.Model, listening, report, scene.Time, NullLogger<Drains>.Instance);
        using (await listening.BeginChangeAsync())
        {
            Assert.Equal(DrainResult.Accepted, drains.Drain("echo", upstream: null).Result);

            drains.Keep(application);
        }

        await Testing.Eventually.UntilAsync(() => application.IsDrained, "the application is drained");
        drains.End();
    }
}
