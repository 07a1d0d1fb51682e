using KestrelL4.Server.Agent.Contact;
using KestrelL4.Server.Configuration;

namespace KestrelL4.Server;

/// <summary>Whether a node may start without having reached its authority.</summary>
internal static class AuthorityStart
{
    /// <summary>
    /// Reaches the authority where the configuration wants that before the node serves. A node that has worked with it before
    /// waits for nobody, unless it is told to.
    /// </summary>
    /// <param name="choice">What the operator chose.</param>
    /// <param name="hasWorkedBefore">Whether the section has worked before, or there is an identity in date to prove it.</param>
    /// <param name="attempt">Tries once.</param>
    /// <returns>Why the node is not to start; null = it is.</returns>
    public static async Task<ContactFailure?> TryAsync(OnUnavailable choice, Func<bool> hasWorkedBefore, Func<Task<ContactFailure?>> attempt) =>
        choice == OnUnavailable.Exit || (choice == OnUnavailable.ExitOnFirstRun && !hasWorkedBefore())
            ? await attempt().ConfigureAwait(false)
            : null;

    /// <summary>The failure as an operator reads it, in one sentence that says whose fault it is.</summary>
    public static string Text(ContactFailure failure) => failure.Fault switch
    {
        ContactFault.Away => $"the authority cannot be reached: {failure.Sentence}",
        ContactFault.Refused => $"the authority refuses: {failure.Sentence}",
        _ => $"the authority cannot be used: {failure.Sentence}",
    };
}
