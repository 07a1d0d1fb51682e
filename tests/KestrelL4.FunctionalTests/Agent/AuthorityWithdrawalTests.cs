using System.Diagnostics;
using KestrelL4.FunctionalTests.Authority;
using Xunit.Abstractions;

namespace KestrelL4.FunctionalTests.Agent;

/// <summary>What the authority withdraws is cut at the node within a second, and nothing else is.</summary>
public sealed class AuthorityWithdrawalTests(AuthorityNodeFixture fixture, ITestOutputHelper output) : IClassFixture<AuthorityNodeFixture>
{
    // A second by the promise, and the rest for a machine that is busy.
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(3);

    private AdministratorSocket Administrator => fixture.Scene.Authority.Administrator;

    [Fact]
    public Task Client_Revoked_IsCutAndRefused() =>
        IsCutAsync("bob", static (administrator, _) => administrator.RevokeClientAsync("bob"), "revoked_certificate");

    [Fact]
    public Task Certificate_Revoked_IsCutAndRefused() =>
        IsCutAsync("carol", static (administrator, id) => administrator.RevokeCertificateAsync(id), "revoked_certificate");

    [Fact]
    public Task Grant_Withdrawn_IsCutAndRefused() =>
        IsCutAsync("dave", static (administrator, _) => administrator.GrantAsync("dave", "another"), "not_authorized");

    [Fact]
    public async Task Node_Revoked_SaysSoAndServesOnWhatItHas()
    {
        await using WorkingNode revoked = await fixture.Scene.StartNodeAsync("to-be-revoked");

        await Administrator.RevokeNodeAsync("to-be-revoked");

        TimeSpan told = await revoked.Node.UntilAsync("authority", "unhealthy");
        Assert.Contains("revoked", (string)(await revoked.Node.ComponentAsync("authority"))["reason"]!, StringComparison.Ordinal);
        await revoked.Traffic.AssertUnharmedAsync();
        await fixture.Working.Traffic.AssertUnharmedAsync();
        output.WriteLine($"node revoked: told after {told.TotalMilliseconds:0} ms");
    }

    private async Task IsCutAsync(string name, Func<AdministratorSocket, string, Task> withdraw, string reason)
    {
        TestNode node = fixture.Working.Node;
        TestCertificate certificate = fixture.Scene.NewCertificate(name);
        await fixture.Scene.RegisterAsync(name, certificate);
        await using TlsClient client = await node.HoldEventuallyAsync(certificate);
        MetricWatch cut = await node.WatchReasonAsync("revoked");

        long withdrawn = Stopwatch.GetTimestamp();
        await withdraw(Administrator, AuthorityScene.IdOf(certificate));
        Assert.Equal(TlsEnd.Reset, await client.ObserveEndAsync(AtOnce));
        TimeSpan passed = Stopwatch.GetElapsedTime(withdrawn);

        await cut.RoseByAsync(1);
        MetricWatch refused = await node.WatchReasonAsync(reason);
        await node.RefusesAsync(certificate);
        await refused.RoseByAsync(1);
        await fixture.Working.Traffic.AssertUnharmedAsync();
        output.WriteLine($"{name}: reset {passed.TotalMilliseconds:0} ms after the order");
    }
}
