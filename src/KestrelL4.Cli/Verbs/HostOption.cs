using System.CommandLine;
using KestrelL4.Authority.Pki;

namespace KestrelL4.Cli.Verbs;

/// <summary>The option <c>--host NAME…</c>: what a certificate's subject is reached under.</summary>
internal static class HostOption
{
    /// <summary>The option.</summary>
    public static Option<HostName[]> Create(string description) => new("--host")
    {
        Description = description,
        HelpName = "NAME",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
        CustomParser = static result =>
        {
            List<HostName> hosts = [];
            foreach (string text in result.Tokens.Select(static token => token.Value))
            {
                if (HostName.TryParse(text, out HostName? host))
                {
                    hosts.Add(host);
                }
                else
                {
                    result.AddError($"{text}: {HostName.Rule}.");
                }
            }

            return [.. hosts];
        },
    };
}
