using KestrelL4.Server.Agent;
using KestrelL4.Server.Agent.Caches;
using KestrelL4.Server.Agent.Contact;
using KestrelL4.Server.Agent.Identities;

namespace KestrelL4.Server.Tests.Agent;

public sealed class JoinKeyTests : IDisposable
{
    private readonly AgentScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void For_SameTokenAfterAKill_IsTheSameKey()
    {
        byte[] first = KeyFor(_scene.NewParts(), "token");

        Assert.Equal(first, KeyFor(_scene.NewParts(), "token"));
        Assert.NotEqual(first, KeyFor(_scene.NewParts(), "another"));
    }

    [Fact]
    public void For_AnyToken_DoesNotWriteItDown()
    {
        KeyFor(_scene.NewParts(), "0123456789abcdef0123456789abcdef");

        Assert.DoesNotContain("0123456789abcdef0123456789abcdef", File.ReadAllText(_scene.PathOf(CachePart.JoinKey)), StringComparison.Ordinal);
    }

    [Fact]
    public void Forget_AfterTheJoin_LeavesNoKeyBehind()
    {
        AgentParts parts = _scene.NewParts();
        byte[] first = KeyFor(parts, "token");

        parts.JoinKey.Forget();

        Assert.False(File.Exists(_scene.PathOf(CachePart.JoinKey)));
        Assert.NotEqual(first, KeyFor(parts, "token"));
    }

    [Fact]
    public void For_GarbledKeyFile_MakesANewKey()
    {
        KeyFor(_scene.NewParts(), "token");
        string text = File.ReadAllText(_scene.PathOf(CachePart.JoinKey));
        _scene.Overwrite(CachePart.JoinKey, text[..100]);

        Assert.NotEmpty(KeyFor(_scene.NewParts(), "token"));
        Assert.Contains("join.key", Assert.Single(_scene.Loggers.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("  abcdef \n", "abcdef")]
    [InlineData("", null)]
    [InlineData(" \n", null)]
    [InlineData("two words", null)]
    public void Read_TokenFile_IsTrimmedOrExplained(string content, string? token)
    {
        Contact<string> read = JoinTokenFile.Read(_scene.Directory.Write("token", content));

        Assert.Equal(token, read.Answer);
        Assert.Equal(token is null, read.Failure?.Sentence.Contains("authority token create", StringComparison.Ordinal) ?? false);
    }

    [Fact]
    public void Read_NoTokenFile_SaysSo()
    {
        Assert.Contains("does not exist", JoinTokenFile.Read(_scene.Directory["none"]).Failure!.Sentence, StringComparison.Ordinal);
        Assert.Contains("no regular file", JoinTokenFile.Read(_scene.Directory.Path).Failure!.Sentence, StringComparison.Ordinal);
        Assert.Contains("JoinTokenFile", JoinTokenFile.Read(null).Failure!.Sentence, StringComparison.Ordinal);
    }

    private static byte[] KeyFor(AgentParts parts, string token) => parts.JoinKey.For(token).ExportSubjectPublicKeyInfo();
}
