using KestrelL4.Registry;

namespace KestrelL4.Tests;

public sealed class TrustInForceTests
{
    private static readonly Client Alice = Trusted.Client("alice", "echo", "other");
    private static readonly ClientTrust Granting = Trusted.Trust(("5F", Alice));

    private readonly TrustInForce _inForce = new(Granting);
    private readonly Application _echo = new("echo", []);
    private readonly Application _other = new("other", []);

    [Fact]
    public void Replace_AnotherTrust_IsInForceWhole()
    {
        Assert.Same(Granting, _inForce.Current);
        ClientTrust next = Trusted.Trust();

        Assert.Equal(0, _inForce.Replace(next, []));

        Assert.Same(next, _inForce.Current);
    }

    [Fact]
    public void Replace_OneGrantOfTwoIsWithdrawn_CutsInThatApplicationOnly()
    {
        using ProxiedConnection cut = Judged(_echo);
        using ProxiedConnection alsoCut = Judged(_echo);
        using ProxiedConnection kept = Judged(_other);

        Assert.Equal(2, _inForce.Replace(Trusted.Trust(("5F", Trusted.Client("alice", "other"))), [_echo, _other]));

        Assert.Equal(
            (CloseReason.Revoked, CloseReason.Revoked, null), (cut.CloseReason, alsoCut.CloseReason, kept.CloseReason));
    }

    [Fact]
    public void Replace_ClosedAlready_IsNotCountedAndKeepsItsReason()
    {
        using ProxiedConnection ended = Judged(_echo);
        ended.Conclude(CloseReason.Completed);

        Assert.Equal(0, _inForce.Replace(Trusted.Trust(), [_echo]));

        Assert.Equal(CloseReason.Completed, ended.CloseReason);
    }

    [Fact]
    public async Task Replace_WhileAnotherStillCuts_WaitsForIt()
    {
        ClientTrust first = Trusted.Trust();
        Task<int>? second = null;

        Assert.Equal(0, _inForce.Replace(first, Interrupted()));

        Assert.Equal(0, await Eventually.WithinAsync(second!, "the second trust is in force"));
        Assert.Same(Granting, _inForce.Current);

        IEnumerable<Application> Interrupted()
        {
            second = Task.Factory.StartNew(
                () => _inForce.Replace(Granting, []), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            SpinWait.SpinUntil(() => second.IsCompleted, TimeSpan.FromMilliseconds(200));
            Assert.Same(first, _inForce.Current);
            yield return _echo;
        }
    }

    [Fact]
    public void Replace_Null_IsRefusedAndChangesNothing()
    {
        Assert.Throws<ArgumentNullException>(() => _inForce.Replace(null!, []));
        Assert.Throws<ArgumentNullException>(() => _inForce.Replace(Trusted.Trust(), null!));
        Assert.Same(Granting, _inForce.Current);
    }

    private static ProxiedConnection Judged(Application application)
    {
        ProxiedConnection connection = Trusted.Open(application, Trusted.Certificate("5F"));
        connection.Client = Alice;
        return connection;
    }
}
