using System.CommandLine;
using KestrelL4.Server;

namespace KestrelL4.Cli.Verbs;

/// <summary><c>check</c>: validate everything without serving.</summary>
internal static class CheckVerb
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        SourceOptions sources = new();
        Option<bool> connect = new("--connect") { Description = "Also connect to the authority and to every upstream." };
        Command command = new("check", "Validate configuration, certificates, keys and addresses without serving; print every finding.")
        {
            connect,
        };
        sources.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            NodeCheck check = new(TimeProvider.System);
            CheckFindings findings = await check.FindAsync(
                sources.Of(parsed), parsed.GetValue(connect) ? CheckReach.Peers : CheckReach.ThisMachine, cancellation);
            foreach (string finding in findings.Lines)
            {
                parsed.InvocationConfiguration.Error.WriteLine(finding);
            }

            int count = findings.Lines.Count;
            parsed.InvocationConfiguration.Output.WriteLine(count == 0 ? "No findings." : $"Findings: {count}.");
            return count == 0 ? ExitCode.Done : findings.IsAuthorityAwayAlone ? ExitCode.AuthorityNotReachable : ExitCode.No;
        });
        return command;
    }
}
