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
        Option<bool> connect = new("--connect") { Description = "Also connect to every upstream." };
        Command command = new("check", "Validate configuration, certificates, keys and addresses without serving; print every finding.")
        {
            connect,
        };
        sources.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            NodeCheck check = new(TimeProvider.System);
            IReadOnlyList<string> findings = await check.FindAsync(
                sources.Of(parsed), parsed.GetValue(connect) ? CheckReach.Upstreams : CheckReach.ThisMachine, cancellation);
            foreach (string finding in findings)
            {
                parsed.InvocationConfiguration.Error.WriteLine(finding);
            }

            parsed.InvocationConfiguration.Output.WriteLine(findings.Count == 0 ? "No findings." : $"Findings: {findings.Count}.");
            return findings.Count == 0 ? ExitCode.Done : ExitCode.No;
        });
        return command;
    }
}
