"""What is typed about one's own keys."""

from wtforms import StringField
from wtforms.validators import DataRequired, Length

from app.core.forms import Form, stripped
from app.language.phrases import later


class PasskeyNameForm(Form):
    name = StringField(
        later("Nom de cette clé"),
        filters=[stripped],
        validators=[DataRequired(later("Donnez-lui un nom.")), Length(max=60)],
    )
