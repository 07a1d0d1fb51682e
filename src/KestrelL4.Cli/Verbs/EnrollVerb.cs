using System.CommandLine;
using System.Text.Json;
using KestrelL4.Cli.Display;
using KestrelL4.Server;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Cli.Verbs;

/// <summary><c>enroll</c>: obtain identity and registry from the authority, and exit.</summary>
internal static class EnrollVerb
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        SourceOptions sources = new();
        Option<bool> once = new("--once") { Description = "Try once, store what came in the state directory, and exit." };
        Option<bool> json = JsonOption.Create();
        Command command = new("enroll", "Obtain identity and registry from the authority without serving: for an init container, or CI.") { once, json };
        sources.AddTo(command);
        command.Validators.Add(result =>
        {
            if (!result.GetValue(once))
            {
                result.AddError("A node enrols by itself, and renews: 'run' is enough. To enrol without serving, add --once.");
            }
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            EnrolmentOutcome outcome = await new NodeEnrolment(TimeProvider.System).RunAsync(sources.Of(parsed), cancellation);
            switch (outcome.Enrolled)
            {
                case { } enrolled when parsed.GetValue(json):
                    Show.Json(parsed, JsonSerializer.Serialize(enrolled, CliJson.Default.EnrolledNode));
                    break;
                case { } enrolled:
                    Tell(parsed.InvocationConfiguration.Output, enrolled);
                    break;
                case null when parsed.GetValue(json):
                    Outcome.RefuseAsJson(parsed, outcome.Problems);
                    break;
                default:
                    Outcome.Refuse(parsed, [.. outcome.Problems]);
                    break;
            }

            return (int)outcome.Result;
        });
        return command;
    }

    private static void Tell(TextWriter output, EnrolledNode enrolled)
    {
        output.WriteLine(Printable.Whole($"Enrolled as {enrolled.Node}: certificate valid until {enrolled.NotAfter:u}"));
        output.WriteLine($"Registry: epoch {enrolled.Epoch}, revision {enrolled.Revision}, clients: {enrolled.Clients}");
        output.WriteLine(Printable.Whole($"Kept in: {enrolled.StateDirectory}"));
    }
}
