using System.Text;
using KestrelL4.Server.Agent.Contact;
using KestrelL4.Testing;

namespace KestrelL4.Server.Tests.Agent.Contact;

/// <summary>What an SSH server may have its client say reaches the log as a part of one line.</summary>
public sealed class SshWordsTests
{
    [Fact]
    public async Task Explain_BannerWithoutEnd_KeepsTheLastTwoLines()
    {
        SshWords words = new();
        string banner = string.Concat(Enumerable.Repeat("all is well\n", 100_000)) + "first\r\nConnection closed by remote host.\n";

        await words.ListenAsync(new StreamReader(new MemoryStream(Encoding.UTF8.GetBytes(banner))));

        Assert.Equal("is not reached: ssh ended (first Connection closed by remote host)", words.Explain().Message);
    }

    [Fact]
    public async Task Attempt_WordsWithControlCharacters_AreEscaped()
    {
        SshWords words = new();
        await words.ListenAsync(new StreamReader(new MemoryStream("\u001b[2J\rwarn: forged\n"u8.ToArray())));
        Attempt attempt = new(
            new Way(new Uri("https://authority.test:7443"), new Uri("ssh://bastion.test")), (_, _) => throw words.Explain(), TimeProvider.System);
        Question<string> question = new(HttpMethod.Get, "/v1/ping", static (_, _) => Task.FromResult(""));

        Contact<string> contact = await Eventually.WithinAsync(attempt.AskAsync(question, CancellationToken.None), "it fails");

        Assert.DoesNotContain(contact.Failure!.Sentence, char.IsControl);
        Assert.Contains("\\u001b", contact.Failure.Sentence, StringComparison.Ordinal);
    }
}
