using KestrelL4.Server.Agent;
using KestrelL4.Testing;

namespace KestrelL4.Server.Tests.Agent;

public sealed class AgeAcrossRestartsTests : IDisposable
{
    private readonly AgentScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void TakeUp_AfterATimeDown_CountsItAsUnconfirmed()
    {
        AgentParts before = Confirmed();
        _scene.Time.Advance(TimeSpan.FromMinutes(10));
        before.LastGood.WriteAge(null);
        _scene.Time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(TimeSpan.FromMinutes(130), _scene.NewParts().LastGood.Age.Age);
    }

    [Theory]
    [InlineData(-24, 10)]
    [InlineData(24, 1450)]
    public void TakeUp_WallClockMoved_NeverReducesTheAge(int hours, int minutes)
    {
        AgentParts before = Confirmed();
        _scene.Time.Advance(TimeSpan.FromMinutes(10));
        before.LastGood.WriteAge(null);

        AgentSettings settings = new(_scene.Configuration, "hash", []);
        FakeTime moved = new(_scene.Time.GetUtcNow() + TimeSpan.FromHours(hours));
        AgentParts after = new(settings, _scene.Directory.Path, _scene.Loggers, moved);

        Assert.Equal(TimeSpan.FromMinutes(minutes), after.LastGood.Age.Age);
    }

    [Fact]
    public void TakeUp_RecordLost_CountsFromTheSignature()
    {
        Confirmed();
        _scene.Time.Advance(TimeSpan.FromHours(3));
        File.Delete(_scene.PathOf(Server.Agent.Caches.CachePart.Record));

        Assert.Equal(TimeSpan.FromHours(3), _scene.NewParts().LastGood.Age.Age);
    }

    [Fact]
    public void TakeUp_NothingKept_WasNeverConfirmed() => Assert.Equal(TimeSpan.MaxValue, _scene.NewParts().LastGood.Age.Age);

    private AgentParts Confirmed()
    {
        AgentParts parts = _scene.NewParts();
        _scene.Put(parts, _scene.Pki.SnapshotOf(1, 7));
        return parts;
    }
}
