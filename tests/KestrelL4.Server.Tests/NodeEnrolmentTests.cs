using KestrelL4.Testing.Servers;

namespace KestrelL4.Server.Tests;

[Collection(ProcessWide.Name)]
public sealed class NodeEnrolmentTests : IAsyncDisposable
{
    private readonly NodeSetUp _setUp = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    [Fact]
    public async Task RunAsync_NoAuthority_IsRefused()
    {
        Assert.Equal(EnrolmentResult.Refused, await RunAsync());
        Assert.Contains("no section Authority", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_ConfigurationInvalid_TellsEveryError()
    {
        Assert.Equal(EnrolmentResult.Refused, await RunAsync("Drain:Timeout=soon", "Authority:Urls:0=nowhere"));
        Assert.Contains("KestrelL4:Drain:Timeout", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("KestrelL4:Authority:Urls:0", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_StateDirectoryInUse_SaysSoAndAsksNobody()
    {
        using StateDirectory? running = StateDirectory.TryOpen(_setUp.Directory["state"], [], out _);

        Assert.Equal(EnrolmentResult.StateDirectoryUnusable, await RunWithAuthorityAsync("127.0.0.1:1"));
        Assert.Contains("in use by another node", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_AuthorityIsAway_SaysSo()
    {
        using RefusingPort away = new();

        Assert.Equal(EnrolmentResult.AuthorityAway, await RunWithAuthorityAsync($"{away.EndPoint}"));
        Assert.StartsWith("kestrell4 enroll: the authority cannot be reached: ", _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_output.ToString());
    }

    // That it is no authority is nobody's absence, and waiting would not help.
    [Fact]
    public async Task RunAsync_SomethingElseAtTheAddress_IsRefused()
    {
        Assert.Equal(EnrolmentResult.Refused, await RunWithAuthorityAsync($"{_setUp.Upstream.EndPoint}"));
        Assert.StartsWith("kestrell4 enroll: the authority cannot be used: ", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(EnrolmentResult.Done, 0)]
    [InlineData(EnrolmentResult.Refused, 1)]
    [InlineData(EnrolmentResult.StateDirectoryUnusable, 2)]
    [InlineData(EnrolmentResult.AuthorityAway, 3)]
    internal void EnrolmentResult_Number_IsTheExitCode(EnrolmentResult result, int code) => Assert.Equal(code, (int)result);

    public ValueTask DisposeAsync()
    {
        _output.Dispose();
        _error.Dispose();
        return _setUp.DisposeAsync();
    }

    private Task<EnrolmentResult> RunWithAuthorityAsync(string address) => RunAsync(
        "Identity=",
        $"Authority:Urls:0=https://{address}",
        $"Authority:Ca={_setUp.Directory["ca.crt"]}",
        $"Authority:JoinTokenFile={_setUp.Directory.Write("token", "0123")}");

    private Task<EnrolmentResult> RunAsync(params string[] settings) =>
        new NodeEnrolment(_output, _error, TimeProvider.System).RunAsync(_setUp.With(settings), CancellationToken.None);
}
