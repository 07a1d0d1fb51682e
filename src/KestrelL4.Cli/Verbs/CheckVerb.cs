using System.CommandLine;
using System.Text.Json;
using KestrelL4.Cli.Display;
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
        Option<bool> json = JsonOption.Create();
        Command command = new("check", "Validate configuration, certificates, keys and addresses without serving; print every finding.")
        {
            connect, json,
        };
        sources.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            NodeCheck check = new(TimeProvider.System);
            CheckFindings findings = await check.FindAsync(
                sources.Of(parsed), parsed.GetValue(connect) ? CheckReach.Peers : CheckReach.ThisMachine, cancellation);
            int count = findings.Lines.Count;
            if (parsed.GetValue(json))
            {
                Show.Json(parsed, JsonSerializer.Serialize(new CheckAnswer(findings.Lines), CliJson.Default.CheckAnswer));
            }
            else
            {
                foreach (string finding in findings.Lines)
                {
                    parsed.InvocationConfiguration.Error.WriteLine(finding);
                }

                parsed.InvocationConfiguration.Output.WriteLine(count == 0 ? "No findings." : $"Findings: {count}.");
            }

            return count == 0 ? ExitCode.Done : findings.IsAuthorityAwayAlone ? ExitCode.AuthorityNotReachable : ExitCode.No;
        });
        return command;
    }
}
