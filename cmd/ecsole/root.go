package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/muesli/mango-cobra"
	"github.com/muesli/roff"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ecsole/tui/clean"
	"ecsole/views"
)

// flags go with every subcommand.
type flags struct {
	profile, region, cluster, command string
	readOnly, write, debugHTTP        bool
}

func rootCommand() *cobra.Command {
	f := &flags{}
	root := &cobra.Command{
		Use:   "ecsole",
		Short: "The ECS console in a terminal",
		Long:  "ecsole browses Amazon ECS, follows logs, opens shells and writes down every act.\nWithout a subcommand it opens the console; `ecsole demo` opens it on a simulated account.",
		Example: `  ecsole --profile shop --region eu-west-1 --readonly
  ecsole --command ':svc prod /checkout'
  ecsole get services --cluster prod -o json
  ecsole logs prod/checkout -f`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       versionText(),
		Args:          noSubcommand,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if f.readOnly && f.write {
				return usageError{errors.New("--readonly and --write exclude each other"), cmd.CommandPath() + " --help"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return runConsole(cmd.Context(), f, real(f)) },
	}
	// No templates of our own: they call methods by name, for which the linker keeps
	// every method of every AWS client, 15 MB of them.
	p := root.PersistentFlags()
	p.SortFlags = false
	p.StringVar(&f.profile, "profile", "", "AWS profile")
	p.StringVar(&f.region, "region", "", "AWS region")
	p.StringVar(&f.cluster, "cluster", "", "cluster, by name or ARN")
	p.BoolVar(&f.readOnly, "readonly", false, "refuse every act")
	p.BoolVar(&f.write, "write", false, "allow acts even where the configuration says read-only")
	p.BoolVar(&f.debugHTTP, "debug-http", false, "log each call to AWS, without secrets, in the log file that 'ecsole info' names")
	root.Flags().StringVarP(&f.command, "command", "c", "", "command to begin with, such as ':svc api'")
	_ = root.RegisterFlagCompletionFunc("profile", completeProfiles)
	root.AddCommand(demoCommand(f), simCommand(f), getCommand(f), logsCommand(f), execCommand(f), doctorCommand(f), forwardCommand(f), cpCommand(f), sessionsCommand(f),
		auditCommand(), infoCommand(f), versionCommand(), manCommand())
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	asUsage(root)
	noFiles(root)
	return root
}

// asUsage makes what is wrong with a command line a usageError that names the help,
// in a command and all below it.
func asUsage(cmd *cobra.Command) {
	wrong := func(cmd *cobra.Command, err error) error {
		if err == nil {
			return nil
		}
		return usageError{err, cmd.CommandPath() + " --help"}
	}
	cmd.SetFlagErrorFunc(wrong)
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error { return wrong(cmd, check(cmd, args)) }
	}
	if cmd.RunE == nil && cmd.Run == nil { // a group of subcommands
		cmd.Args = func(cmd *cobra.Command, args []string) error { return wrong(cmd, noSubcommand(cmd, args)) }
		cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
	for _, sub := range cmd.Commands() {
		asUsage(sub)
	}
}

// noFiles keeps a shell's completion from offering the files of this machine where
// another word is wanted, in a command and all below it. Those that take a file say so
// themselves.
func noFiles(cmd *cobra.Command) {
	if cmd.ValidArgsFunction == nil && len(cmd.ValidArgs) == 0 {
		cmd.ValidArgsFunction = cobra.NoFileCompletions
	}
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if _, said := cmd.GetFlagCompletionFunc(f.Name); !said && f.Name != "file" {
			_ = cmd.RegisterFlagCompletionFunc(f.Name, cobra.NoFileCompletions) // it is there
		}
	})
	for _, sub := range cmd.Commands() {
		noFiles(sub)
	}
}

// noSubcommand refuses a word that is no subcommand, and says which it may have been.
func noSubcommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	text := fmt.Sprintf("there is no command %q", cmd.CommandPath()+" "+args[0])
	if cmd.SuggestionsMinimumDistance <= 0 {
		cmd.SuggestionsMinimumDistance = 2
	}
	like := cmd.SuggestionsFor(args[0])
	if k, ok := views.KindNamed(args[0]); ok && !cmd.HasParent() {
		like = append(like, "get "+k.Name)
	}
	if len(like) > 0 {
		text += "; is it " + strings.Join(like, " or ") + "?"
	}
	return fmt.Errorf("%s", text)
}

// oneArgument wants one argument and says what it is.
func oneArgument(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch len(args) {
		case 0:
			return fmt.Errorf("%s is missing", what)
		case 1:
			return nil
		}
		return fmt.Errorf("one %s is wanted, not %d", what, len(args))
	}
}

func manCommand() *cobra.Command {
	return &cobra.Command{
		Use: "man", Short: "Print the manual page", Hidden: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			page, err := mcobra.NewManPage(1, cmd.Root())
			if err != nil {
				return ownError{err}
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), page.Build(roff.NewDocument()))
			return own(err)
		},
	}
}

// own makes an error one of this machine.
func own(err error) error {
	if err == nil {
		return nil
	}
	return ownError{err}
}

func cleanLine(s string) string { return clean.Line(s) }
