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
