using System.CommandLine;
using KestrelL4.Cli.Demo;

namespace KestrelL4.Cli.Verbs;

/// <summary><c>demo</c>: see it work, without any set-up.</summary>
internal static class DemoVerb
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Option<bool> once = new("--once")
        {
            Description = "End when everything was shown: with 0 when all of it was observed, else with 1.",
        };
        Command command = new("demo", "See a node at work on this machine alone, without any set-up; then try it by hand.") { once };
        command.SetAction((parsed, _) =>
        {
            InvocationConfiguration console = parsed.InvocationConfiguration;
            DemoSession session = new(console.Output, console.Error, TimeProvider.System);
            return session.RunAsync(parsed.GetValue(once) ? AfterDemo.Exit : AfterDemo.StayUp);
        });
        return command;
    }
}
