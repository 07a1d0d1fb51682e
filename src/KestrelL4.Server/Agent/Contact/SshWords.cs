using System.Text.RegularExpressions;

namespace KestrelL4.Server.Agent.Contact;

/// <summary>The last words of an OpenSSH client, and what they mean.</summary>
internal sealed partial class SshWords
{
    private const int MostCharacters = 2048;
    private const int MostLines = 2;

    private readonly Lock _lock = new();
    private string _last = "";

    /// <summary>Reads what it says until it is silent for ever; only the end is kept.</summary>
    public async Task ListenAsync(StreamReader errors)
    {
        char[] buffer = new char[MostCharacters];
        try
        {
            int read;
            while ((read = await errors.ReadAsync(buffer).ConfigureAwait(false)) > 0)
            {
                lock (_lock)
                {
                    string all = _last + new string(buffer, 0, read);
                    _last = all[^Math.Min(all.Length, MostCharacters)..];
                }
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // It was ended.
        }
    }

    /// <summary>Why there is no stream.</summary>
    public ContactException Explain()
    {
        string[] lines;
        lock (_lock)
        {
            lines = _last.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }

        string words = lines.Length == 0 ? "without a word" : string.Join(' ', lines[^Math.Min(lines.Length, MostLines)..]);
        (ContactFault fault, string advice) = Judge(words);
        return new ContactException(fault, $"is not reached: ssh ended ({words.TrimEnd('.')}){advice}");
    }

    private static (ContactFault Fault, string Advice) Judge(string words) =>
        HostKey().IsMatch(words) ? (ContactFault.Misconfigured, ": put the server's host key in a known_hosts file of the node's user, or of the one that SshConfig names")
        : words.Contains("Permission denied", StringComparison.Ordinal) ? (ContactFault.Misconfigured, ": the server does not accept the key of the node's user")
        : words.Contains("prohibited", StringComparison.Ordinal) ? (ContactFault.Misconfigured, ": the server does not allow to forward there (AllowTcpForwarding, PermitOpen)")
        : Unusable().IsMatch(words) ? (ContactFault.Misconfigured, ": correct Via, or the settings that ssh reads")
        : (ContactFault.Away, "");

    [GeneratedRegex("[Hh]ost key|HOST IDENTIFICATION")]
    private static partial Regex HostKey();

    [GeneratedRegex("Name or service not known|No address associated|user config file|[Bb]ad configuration|usage: ssh|No user exists|Bad owner or permissions")]
    private static partial Regex Unusable();
}
