using KestrelL4.Server.Agent.Contact;
using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Tests;

public sealed class AuthorityStartTests
{
    private static readonly ContactFailure Away = new(ContactFault.Away, "https://authority:7443 refused the connection");

    private int _attempts;

    [Theory]
    [InlineData("Exit", true, 1)]
    [InlineData("Exit", false, 1)]
    [InlineData("KeepRunning", true, 0)]
    [InlineData("KeepRunning", false, 0)]
    [InlineData("ExitOnFirstRun", true, 0)]
    [InlineData("ExitOnFirstRun", false, 1)]
    public async Task TryAsync_AuthorityIsAway_EndsTheStartAsChosen(string choice, bool hasWorkedBefore, int attempts)
    {
        ContactFailure? failure = await TryAsync(choice, hasWorkedBefore, Away);

        Assert.Equal(attempts, _attempts);
        Assert.Equal(attempts == 1 ? Away : null, failure);
    }

    [Theory]
    [InlineData("Exit")]
    [InlineData("ExitOnFirstRun")]
    public async Task TryAsync_AuthorityAnswers_Starts(string choice) => Assert.Null(await TryAsync(choice, hasWorkedBefore: false, null));

    [Theory]
    [InlineData(ContactFault.Away, "the authority cannot be reached: why")]
    [InlineData(ContactFault.Misconfigured, "the authority cannot be used: why")]
    [InlineData(ContactFault.Refused, "the authority refuses: why")]
    internal void Text_Fault_IsASentence(ContactFault fault, string expected) =>
        Assert.Equal(expected, AuthorityStart.Text(new ContactFailure(fault, "why")));

    private Task<ContactFailure?> TryAsync(string choice, bool hasWorkedBefore, ContactFailure? outcome) => AuthorityStart.TryAsync(
        Enum.Parse<OnUnavailable>(choice),
        () => hasWorkedBefore,
        () =>
        {
            _attempts++;
            return Task.FromResult(outcome);
        });
}
