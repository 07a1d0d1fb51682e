using KestrelL4.Server.Draining;
using KestrelL4.Server.Health;
using KestrelL4.Server.Listeners;
using KestrelL4.Server.Ports;
using KestrelL4.Server.Reload;
using KestrelL4.Server.Tests.Ports;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server.Tests.Draining;

public sealed class DrainsTests : IAsyncDisposable
{
    private readonly NodeSetUp _setUp = new();
    private readonly ServedApplications _served = new();
    private readonly Testing.FakeTime _time = new();
    private readonly NodeListening _listening;

    public DrainsTests() => _listening = new NodeListening(_served, new Holder("admin"));

    public async ValueTask DisposeAsync()
    {
        _listening.Dispose();
        await _setUp.DisposeAsync();
    }

    // A reload shows an application that is configured again before it has called its removal off.
    [Fact]
    public async Task Keep_OperatorDrainsItMeanwhile_IsDrainedAllTheSame()
    {
        Candidate read = await Candidate.ReadAsync(_setUp.With(), TimeProvider.System);
        NodeModel model = new(new ConfigurationInForce(read.Reading, read.Files!, _time.GetUtcNow()), read.Seen);
        await using ServedApplication application = new(
            "echo", read.Reading.Understood.Applications["echo"], new ListenerParts(null!, null!, NullLoggerFactory.Instance, null!, _time));
        _served.All = [application];
        await _listening.PrepareAsync([], read.Reading.Understood);
        ComponentReport report = new(new NodeHealth(_time, NullLogger<NodeHealth>.Instance), _served, model, _time);
        Drains drains = new(model, _listening, report, _time, NullLogger<Drains>.Instance);
        using (await _listening.BeginChangeAsync())
        {
            Assert.Equal(DrainResult.Accepted, drains.Drain("echo", upstream: null).Result);

            drains.Keep(application);
        }

        await Testing.Eventually.UntilAsync(() => application.IsDrained, "the application is drained");
        drains.End();
    }
}
