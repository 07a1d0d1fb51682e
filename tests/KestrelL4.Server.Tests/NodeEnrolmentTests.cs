using KestrelL4.Testing.Servers;

namespace KestrelL4.Server.Tests;

[Collection(ProcessWide.Name)]
public sealed class NodeEnrolmentTests : IAsyncDisposable
{
    private readonly NodeSetUp _setUp = new();

    [Fact]
    public async Task RunAsync_NoAuthority_IsRefused()
    {
        Refuses(EnrolmentResult.Refused, "no section Authority", await RunAsync());
    }

    [Fact]
    public async Task RunAsync_ConfigurationInvalid_TellsEveryError()
    {
        EnrolmentOutcome outcome = await RunAsync("Drain:Timeout=soon", "Authority:Urls:0=nowhere");

        Assert.Equal(EnrolmentResult.Refused, outcome.Result);
        Assert.Contains(outcome.Problems, static problem => problem.StartsWith("KestrelL4:Drain:Timeout", StringComparison.Ordinal));
        Assert.Contains(outcome.Problems, static problem => problem.StartsWith("KestrelL4:Authority:Urls:0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunAsync_StateDirectoryInUse_SaysSoAndAsksNobody()
    {
        using StateDirectory? running = StateDirectory.TryOpen(_setUp.Directory["state"], [], out _);

        Refuses(EnrolmentResult.StateDirectoryUnusable, "in use by another node", await RunWithAuthorityAsync("127.0.0.1:1"));
    }

    [Fact]
    public async Task RunAsync_AuthorityIsAway_SaysSo()
    {
        using RefusingPort away = new();

        Refuses(EnrolmentResult.AuthorityAway, "the authority cannot be reached: ", await RunWithAuthorityAsync($"{away.EndPoint}"));
    }

    // That it is no authority is nobody's absence, and waiting would not help.
    [Fact]
    public async Task RunAsync_SomethingElseAtTheAddress_IsRefused()
    {
        Refuses(EnrolmentResult.Refused, "the authority cannot be used: ", await RunWithAuthorityAsync($"{_setUp.Upstream.EndPoint}"));
    }

    [Theory]
    [InlineData(EnrolmentResult.Done, 0)]
    [InlineData(EnrolmentResult.Refused, 1)]
    [InlineData(EnrolmentResult.StateDirectoryUnusable, 2)]
    [InlineData(EnrolmentResult.AuthorityAway, 3)]
    internal void EnrolmentResult_Number_IsTheExitCode(EnrolmentResult result, int code) => Assert.Equal(code, (int)result);

    public ValueTask DisposeAsync() => _setUp.DisposeAsync();

    private static void Refuses(EnrolmentResult result, string problem, EnrolmentOutcome outcome)
    {
        Assert.Equal(result, outcome.Result);
        Assert.Contains(problem, Assert.Single(outcome.Problems), StringComparison.Ordinal);
        Assert.Null(outcome.Enrolled);
    }

    private Task<EnrolmentOutcome> RunWithAuthorityAsync(string address) => RunAsync(
        "Identity=",
        $"Authority:Urls:0=https://{address}",
        $"Authority:Ca={_setUp.Directory["ca.crt"]}",
        $"Authority:JoinTokenFile={_setUp.Directory.Write("token", "0123")}");

    private Task<EnrolmentOutcome> RunAsync(params string[] settings) =>
        new NodeEnrolment(TimeProvider.System).RunAsync(_setUp.With(settings), CancellationToken.None);
}
